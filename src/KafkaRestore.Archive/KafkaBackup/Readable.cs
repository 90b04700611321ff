using System.Globalization;
using System.Text;

namespace KafkaRestore.Archive.KafkaBackup;

/// <summary>Names from an untrusted archive as a message may show them: of bounded length, nothing in them that a terminal obeys.</summary>
internal static class Readable
{
    private const int Longest = 300;

    /// <summary>The text with control characters and lone surrogates written out.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, Longest)).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                shown.Append(rune);
            }
        }

        return text.Length > Longest ? shown.Append('…').ToString() : shown.ToString();
    }
}
