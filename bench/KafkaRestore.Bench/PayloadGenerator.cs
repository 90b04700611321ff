using System.Buffers.Text;

namespace KafkaRestore.Bench;

/// <summary>
/// Values of a given size, the same for the same seed: JSON documents of made-up words, which pack about as well as business events do, or
/// random bytes, which do not pack at all.
/// </summary>
internal sealed class PayloadGenerator
{
    private const int Words = 2048;
    private static readonly byte[][] s_words = MakeWords();
    private readonly Random _random;
    private readonly bool _jsonLike;

    public PayloadGenerator(int seed, bool jsonLike)
    {
        _random = new Random(seed);
        _jsonLike = jsonLike;
    }

    /// <summary>The next value.</summary>
    public byte[] Next(long id, int size)
    {
        var value = new byte[size];
        if (!_jsonLike)
        {
            _random.NextBytes(value);
            return value;
        }

        var used = 0;
        Add(value, ref used, "{\"id\":"u8);
        Add(value, ref used, id);
        Add(value, ref used, ",\"customer\":\"c-"u8);
        Add(value, ref used, _random.Next(1_000_000));
        Add(value, ref used, "\",\"amount\":"u8);
        Add(value, ref used, _random.Next(1_000_000));
        Add(value, ref used, ",\"status\":\"delivered\",\"note\":\""u8);
        while (used < size - 2)
        {
            Add(value, ref used, s_words[_random.Next(Words)]);
        }

        if (size >= 2)
        {
            "\"}"u8.CopyTo(value.AsSpan(size - 2));
        }

        return value;
    }

    private static void Add(byte[] value, ref int used, ReadOnlySpan<byte> text)
    {
        var length = Math.Min(text.Length, value.Length - used);
        text[..length].CopyTo(value.AsSpan(used));
        used += length;
    }

    private static void Add(byte[] value, ref int used, long number)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, text, out var length);
        Add(value, ref used, text[..length]);
    }

    private static byte[][] MakeWords()
    {
        var random = new Random(7);
        var words = new byte[Words][];
        for (var i = 0; i < Words; i++)
        {
            words[i] = new byte[random.Next(3, 11)];
            for (var j = 0; j < words[i].Length - 1; j++)
            {
                words[i][j] = (byte)('a' + random.Next(26));
            }

            words[i][^1] = (byte)' ';
        }

        return words;
    }
}
