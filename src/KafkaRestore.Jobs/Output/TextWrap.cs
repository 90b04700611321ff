using System.Text;

namespace KafkaRestore.Jobs.Output;

/// <summary>Breaks text into lines between words; a word longer than a line stays whole.</summary>
internal static class TextWrap
{
    /// <summary>How wide pages are.</summary>
    public const int PageWidth = 100;

    /// <summary>The lines, at least one.</summary>
    public static IReadOnlyList<string> Lines(string text, int width)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }
}
