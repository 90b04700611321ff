using System.Globalization;
using System.Text.RegularExpressions;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>
/// The blocks that <c>kafka-consumer-groups.sh --describe</c> prints. A group's name may hold blanks, so the columns are found by where the header puts them, and, where a text has lost its
/// padding, by the one way in which the numbers fit.
/// </summary>
internal sealed partial class DescribeTextParser(SourceGroupsBuilder builder)
{
    private DescribeHeader? _header;

    /// <summary>Whether rows are expected.</summary>
    public bool InBlock => _header is not null;

    public void Begin(DescribeHeader header) => _header = header;

    public void EndOfBlock() => _header = null;

    /// <summary>A line below a header.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID, naming the line.</exception>
    public void Row(string line, int number)
    {
        var header = _header!;
        var place = $"line {number}";
        var row = ByPosition(line, header) ?? ByNumbers(line, header, place)
            ?? throw SourceDamage.Of(builder.Where, place, $"the line is no row of the table above it: '{(line.Length <= 120 ? line : line[..120] + "…")}'");
        Take(row, header, place);
    }

    private void Take((string Group, string Topic, string[] Numbers) row, DescribeHeader header, string place)
    {
        builder.AddGroup(row.Group, place);
        if (row.Topic == "-")
        {
            return; // a member without a partition
        }

        var partition = Number(row.Numbers[header.PartitionAt], place)
            ?? throw SourceDamage.Of(builder.Where, place, "the column PARTITION has no number");
        if (Number(row.Numbers[header.OffsetAt], place) is { } offset)
        {
            builder.Add(row.Group, row.Topic, partition, offset, null, place);
        }
        else
        {
            builder.AddNothingCommitted(row.Group, new PartitionName(row.Topic, (int)Math.Min(partition, int.MaxValue)));
        }
    }

    private static (string Group, string Topic, string[] Numbers)? ByPosition(string line, DescribeHeader header)
    {
        if (!header.IsPadded || line.Length <= header.TopicAt || line[header.TopicAt - 1] != ' ' || line[header.TopicAt] == ' ')
        {
            return null;
        }

        var group = line[..header.TopicAt].TrimEnd(' ');
        var words = line[header.TopicAt..].Split(' ', header.NumberColumns + 2, StringSplitOptions.RemoveEmptyEntries);
        return group.Length > 0 && words.Length > header.NumberColumns && words[1..(header.NumberColumns + 1)].All(IsNumber)
            ? (group, words[0], words[1..(header.NumberColumns + 1)])
            : null;
    }

    private (string Group, string Topic, string[] Numbers)? ByNumbers(string line, DescribeHeader header, string place)
    {
        var words = Blanks().Split(line.Trim());
        (string, string, string[])? found = null;
        for (var topic = 1; topic + header.Columns.Count < words.Length; topic++)
        {
            var numbers = words[(topic + 1)..(topic + 1 + header.NumberColumns)];
            if (!numbers.All(IsNumber))
            {
                continue;
            }

            if (found is not null)
            {
                throw SourceDamage.Of(builder.Where, place, "the line can be read in more than one way, as its columns do not stand below those of the header");
            }

            found = (string.Join(' ', words[..topic]), words[topic], numbers);
        }

        return found;
    }

    private long? Number(string word, string place) => word == "-" ? null
        : long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw SourceDamage.Of(builder.Where, place, $"{word} is no number of 64 bits");

    private static bool IsNumber(string word) => word == "-" || (word.Length > 0 && word.All(char.IsAsciiDigit));

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
