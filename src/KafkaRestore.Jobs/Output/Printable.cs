using System.Globalization;
using System.Text;

namespace KafkaRestore.Jobs.Output;

/// <summary>
/// Text from archives, brokers and users as a terminal may show it: control characters, which could move the cursor or change the
/// screen, become visible escapes.
/// </summary>
internal static class Printable
{
    private const int LongestWord = 40;

    /// <summary>Text of one line.</summary>
    public static string Line(string text) => Escape(text, keepNewLines: false);

    /// <summary>A word of the command line as an error quotes it, cut off where it is long.</summary>
    public static string Word(string word) => Line(word.Length > LongestWord ? word[..LongestWord] + "…" : word);

    /// <summary>Text of several lines.</summary>
    public static string Text(string text) => Escape(text, keepNewLines: true);

    private static string Escape(string text, bool keepNewLines)
    {
        if (!text.Any(c => IsHarmful(c, keepNewLines)))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsHarmful(c, keepNewLines))
            {
                result.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    // Bidirectional marks are no control characters by category, and reorder what a person reads.
    private static bool IsHarmful(char c, bool keepNewLines) =>
        (char.IsControl(c) && !(keepNewLines && c == '\n')) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
