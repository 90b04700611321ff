using System.Globalization;
using System.Text;

namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>A line <c>group,topic,partition,offset</c>, as <c>kafka-consumer-groups.sh --reset-offsets --export</c> writes it for several groups.</summary>
internal static class OffsetCsvLine
{
    /// <summary>The fields of a line; null when its quotes do not match.</summary>
    public static IReadOnlyList<string>? Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ; i++)
        {
            if (i < line.Length && line[i] == '"' && field.Length == 0)
            {
                if (!TryReadQuoted(line, ref i, field))
                {
                    return null;
                }
            }

            if (i >= line.Length || line[i] == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (i >= line.Length)
                {
                    return fields;
                }
            }
            else
            {
                field.Append(line[i]);
            }
        }
    }

    /// <summary>Whether the fields are those of such a line, or of one without the group.</summary>
    public static bool IsOne(IReadOnlyList<string> fields) => fields.Count is 3 or 4 && IsNumber(fields[^1]) && IsNumber(fields[^2]);

    /// <summary>Whether the fields are the names of the columns.</summary>
    public static bool IsHeader(IReadOnlyList<string> fields) => fields.Count == 4 && fields[0] == "group" && fields[1] == "topic" && fields[2] == "partition" && fields[3] == "offset";

    /// <summary>Takes the line.</summary>
    /// <exception cref="Records.Errors.RestoreException">GROUP_FILE_INVALID, naming the line.</exception>
    public static void Take(IReadOnlyList<string> fields, int number, SourceGroupsBuilder builder)
    {
        var place = $"line {number}";
        if (number == 1 && IsHeader(fields))
        {
            return;
        }

        if (fields.Count == 3 && IsOne(fields))
        {
            throw SourceDamage.Of(builder.Where, place, "the line names no group: write group,topic,partition,offset");
        }

        if (!IsOne(fields) || !long.TryParse(fields[2], CultureInfo.InvariantCulture, out var partition) || !long.TryParse(fields[3], CultureInfo.InvariantCulture, out var offset))
        {
            throw SourceDamage.Of(builder.Where, place, "the line is no group,topic,partition,offset");
        }

        builder.Add(fields[0], fields[1], partition, offset, null, place);
    }

    private static bool TryReadQuoted(string line, ref int i, StringBuilder field)
    {
        for (i++; i < line.Length; i++)
        {
            if (line[i] != '"')
            {
                field.Append(line[i]);
            }
            else if (i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(line[++i]);
            }
            else
            {
                i++;
                return true;
            }
        }

        return false;
    }

    private static bool IsNumber(string field) => field.Length is > 0 and < 20 && field.AsSpan(field[0] == '-' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0;
}
