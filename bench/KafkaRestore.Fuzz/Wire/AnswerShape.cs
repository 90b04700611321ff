using System.Globalization;

namespace KafkaRestore.Fuzz.Wire;

/// <summary>
/// How an answer of a broker is laid out, written down apart from the code that reads it, and random answers that are laid out so.
/// </summary>
/// <remarks>
/// <para>A shape is words between spaces: <c>bool i8 i16 i32 i64 uuid</c>, <c>error</c>, <c>broker</c> (id, host, port), <c>s</c> and <c>s?</c> (text, text or
/// null), <c>bytes</c>, <c>i32*</c> and <c>s*</c> (numbers, texts), <c>records?</c>; <c>( ... )</c> (a structure), <c>[ ... ]</c> and <c>[? ... ]</c> (an array of structures, one that may
/// be null), <c>&lt;7 ... &gt;</c> (a structure in the tagged field 7).</para>
/// <para><c>@3</c> after a word: from version 3 on; <c>@3-5</c>: in versions 3 to 5.</para>
/// </remarks>
internal sealed class AnswerShape
{
    private readonly short _flexibleFrom;
    private readonly IReadOnlyList<Field> _fields;

    public AnswerShape(short flexibleFrom, string text)
    {
        _flexibleFrom = flexibleFrom;
        var words = new Queue<string>(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        _fields = Parse(words, until: null);
    }

    /// <summary>Makes a valid answer.</summary>
    public byte[] Generate(Random random, short version)
    {
        var writer = new AnswerWriter(random, version, version >= _flexibleFrom);
        writer.Structure(_fields);
        return writer.ToBytes();
    }

    private static List<Field> Parse(Queue<string> words, string? until)
    {
        var fields = new List<Field>();
        while (words.TryDequeue(out var word) && word != until)
        {
            var (kind, from, to) = Versions(word);
            fields.Add(kind[0] switch
            {
                '[' => new Field(kind, from, to) { Parts = Parse(words, "]") },
                '(' => new Field(kind, from, to) { Parts = Parse(words, ")") },
                '<' => new Field("<", from, to) { Tag = byte.Parse(kind.AsSpan(1), CultureInfo.InvariantCulture), Parts = Parse(words, ">") },
                _ => new Field(kind, from, to),
            });
        }

        return fields;
    }

    private static (string Kind, short From, short To) Versions(string word)
    {
        var parts = word.Split('@');
        if (parts.Length == 1)
        {
            return (word, 0, short.MaxValue);
        }

        var bounds = Array.ConvertAll(parts[1].Split('-'), static bound => short.Parse(bound, CultureInfo.InvariantCulture));
        return (parts[0], bounds[0], bounds.Length > 1 ? bounds[1] : short.MaxValue);
    }

    /// <summary>A word of a shape.</summary>
    internal sealed record Field(string Kind, short From, short To)
    {
        /// <summary>The fields of a structure.</summary>
        public IReadOnlyList<Field> Parts { get; init; } = [];

        /// <summary>The tag of a tagged structure.</summary>
        public byte Tag { get; init; }

        /// <summary>Whether <paramref name="version"/> has it.</summary>
        public bool IsIn(short version) => version >= From && version <= To;
    }
}
