using System.Globalization;
using System.Text;

namespace KafkaRestore.Offsets.Plans;

/// <summary>A plan as CSV: <c>group_id,topic,partition,source_offset,target_offset,strategy,label</c>, a line for each target partition; the source offset is empty where several lead there.</summary>
public static class PlanTable
{
    /// <summary>The table, with a header line; fields that need it are quoted (RFC 4180).</summary>
    public static string Of(OffsetResetPlan plan)
    {
        var text = new StringBuilder("group_id,topic,partition,source_offset,target_offset,strategy,label\n");
        foreach (var group in plan.Groups)
        {
            foreach (var offset in group.Offsets)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Quoted(group.Group)},{Quoted(offset.Target.Topic)},{offset.Target.Partition},");
                text.Append(CultureInfo.InvariantCulture, $"{(offset.From is [var only] ? only.Offset : null)},{offset.Offset},{Quoted(plan.Strategy)},{(offset.Label is { } label ? PlanWords.Of(label) : null)}\n");
            }
        }

        return text.ToString();
    }

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny("\",\r\n ") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
