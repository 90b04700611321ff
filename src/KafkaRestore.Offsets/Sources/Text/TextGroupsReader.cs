using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>Reads group offsets from text: the output of Kafka's own tool, or lines of <c>group,topic,partition,offset</c>.</summary>
internal static class TextGroupsReader
{
    private static readonly string[] ToolWords = ["Error:", "Error ", "Warning:", "Consumer group '"];

    /// <summary>Reads to the end of the text.</summary>
    /// <returns>What a tool said instead of offsets, line by line; empty when it said nothing of the kind.</returns>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID, naming the line.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(TextReader text, SourceGroupsBuilder builder, CancellationToken cancellationToken)
    {
        DescribeTextParser? table = null;
        var remarks = new List<string>();
        var isCsv = false;
        await foreach (var (number, line) in CappedLines.ReadAsync(text, builder.Where, builder.Limits.TokenBytes, cancellationToken).ConfigureAwait(false))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                table?.EndOfBlock();
            }
            else if (DescribeHeader.TryParse(line, builder.Where, number) is { } header)
            {
                table ??= new DescribeTextParser(builder);
                table.Begin(header);
            }
            else if (table is { InBlock: true })
            {
                table.Row(line, number);
            }
            else if (table is null && OffsetCsvLine.Split(line) is { } fields && (isCsv || OffsetCsvLine.IsOne(fields) || OffsetCsvLine.IsHeader(fields)))
            {
                isCsv = true;
                OffsetCsvLine.Take(fields, number, builder);
            }
            else if (isCsv)
            {
                throw SourceDamage.Of(builder.Where, $"line {number}", "the line is no group,topic,partition,offset");
            }
            else if (remarks.Count < builder.Limits.Warnings)
            {
                remarks.Add(Remark(line, number));
            }
        }

        return table is null && !isCsv && remarks.Count == 0 ? throw SourceDamage.NoSource(builder.Where, "there is nothing in it") : remarks;
    }

    // What is no word of the tool may be anything, a secret too, and is not repeated.
    private static string Remark(string line, int number) => !ToolWords.Any(word => line.StartsWith(word, StringComparison.Ordinal)) ? $"line {number} cannot be read"
        : line.Length <= 300 ? line
        : line[..300] + "…";
}
