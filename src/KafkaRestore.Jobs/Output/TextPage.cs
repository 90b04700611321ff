using System.Text;

namespace KafkaRestore.Jobs.Output;

/// <summary>A result for a person, line by line. What is put in is shown with control characters made visible.</summary>
internal sealed class TextPage
{
    private const int LeastNameWidth = 14; // columns of one page stand below each other
    private readonly StringBuilder _text = new();

    /// <summary>The first line, whose first word says how it went.</summary>
    public TextPage Headline(string word, string meaning, Colour colour, ConsoleStyle style)
    {
        _text.Append(style.OnResult(word, colour)).Append(": ").Append(Printable.Line(meaning)).Append('\n');
        return this;
    }

    /// <summary>A line.</summary>
    public TextPage Line(string text = "")
    {
        _text.Append(Printable.Line(text)).Append('\n');
        return this;
    }

    /// <summary>Names and values in two columns; those without a value are left out.</summary>
    public TextPage Fields(params (string Name, string? Value)[] fields)
    {
        var width = Math.Max(LeastNameWidth, fields.Max(field => field.Name.Length)) + 2;
        foreach (var (name, value) in fields)
        {
            if (value is not null)
            {
                Line(name.PadRight(width) + value);
            }
        }

        return this;
    }

    /// <summary>A title and lines below it, broken where they are long; nothing when there are none.</summary>
    public TextPage List(string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > 0)
        {
            Line().Line($"{title}:");
            foreach (var line in all)
            {
                var parts = TextWrap.Lines(line, TextWrap.PageWidth - 4);
                Line($"  {parts[0]}");
                foreach (var part in parts.Skip(1))
                {
                    Line($"    {part}");
                }
            }
        }

        return this;
    }

    /// <summary>A table, indented by two.</summary>
    public TextPage Table(TextTable table)
    {
        foreach (var line in table.Lines())
        {
            Line($"  {line}");
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
