using System.Runtime.CompilerServices;

namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>Lines of a text of any length, none longer than a limit.</summary>
internal static class CappedLines
{
    /// <summary>The lines without their ends, each with its number from 1.</summary>
    public static async IAsyncEnumerable<(int Number, string Line)> ReadAsync(
        TextReader text, string where, int longest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new char[16 << 10];
        var line = new System.Text.StringBuilder();
        var number = 1;
        while (true)
        {
            var read = await text.ReadAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            var start = 0;
            for (var end = buffer.AsSpan(0, read).IndexOf('\n'); end >= 0; end = IndexOf(buffer, start, read))
            {
                line.Append(buffer, start, end - start);
                yield return (number++, Take(line));
                start = end + 1;
            }

            line.Append(buffer, start, read - start);
            if (line.Length > longest)
            {
                throw SourceDamage.TooMuch(where, $"line {number} is longer than {Naming.Count(longest, "character")}");
            }
        }

        if (line.Length > 0)
        {
            yield return (number, Take(line));
        }
    }

    private static int IndexOf(char[] buffer, int start, int end)
    {
        var found = buffer.AsSpan(start, end - start).IndexOf('\n');
        return found < 0 ? -1 : start + found;
    }

    private static string Take(System.Text.StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        return text.TrimEnd('\r');
    }
}
