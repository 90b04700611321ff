using System.Globalization;
using System.Text;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>A list of source offsets, one on each line; blank lines and those that begin with # are passed over.</summary>
internal static class PositionFile
{
    private const int MostLines = 1_000_000;
    private const int LongestLine = 512;
    private const string Hint = "Write topic:partition:offset or topic,partition,offset on each line, for example orders:0:1200.";

    /// <summary>Reads the whole list.</summary>
    /// <param name="path">The file; <c>-</c> is stdin.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID with the line: it cannot be read, or is no such list.</exception>
    public static async Task<IReadOnlyList<SourcePosition>> ReadAsync(string path, CancellationToken stop)
    {
        var name = path == "-" ? "stdin" : path;
        try
        {
            using var reader = new StreamReader(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path), Encoding.UTF8);
            return await ReadAsync(reader, name, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the list of offsets cannot be read: {failure.Message}", name, "Check the path.", failure);
        }
    }

    private static async Task<IReadOnlyList<SourcePosition>> ReadAsync(StreamReader reader, string name, CancellationToken stop)
    {
        var positions = new List<SourcePosition>();
        var line = new StringBuilder();
        var buffer = new char[16 << 10];
        var number = 1;
        for (int read; (read = await reader.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
        {
            foreach (var letter in buffer.AsSpan(0, read))
            {
                if (letter != '\n')
                {
                    _ = line.Length < LongestLine ? line.Append(letter) : throw Wrong($"the line has more than {LongestLine} characters", name, number);
                    continue;
                }

                Take(line, positions, name, number++);
            }
        }

        Take(line, positions, name, number);
        return positions;
    }

    private static void Take(StringBuilder line, List<SourcePosition> positions, string name, int number)
    {
        var text = line.ToString().Trim();
        line.Clear();
        if (text.Length == 0 || text[0] == '#')
        {
            return;
        }

        if (positions.Count >= MostLines)
        {
            throw Wrong($"the list has more than {MostLines} offsets", name, number);
        }

        positions.Add(SourcePosition.TryParse(text, out var position) ? position : throw Wrong($"'{Printable.Line(text)}' is no offset of a partition", name, number));
    }

    private static RestoreException Wrong(string what, string name, int line) =>
        new(ErrorCodes.ConfigInvalid, what, string.Create(CultureInfo.InvariantCulture, $"{name}:{line}"), Hint);
}
