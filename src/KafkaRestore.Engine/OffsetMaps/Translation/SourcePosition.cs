using System.Globalization;
using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Engine.OffsetMaps.Translation;

/// <summary>An offset of a source partition: the first one that a group has not read.</summary>
/// <param name="Source">The source partition.</param>
/// <param name="Offset">The offset, 0 or more.</param>
public readonly record struct SourcePosition(PartitionName Source, long Offset)
{
    /// <summary>Reads <c>topic:partition:offset</c>, or the same with commas, as Kafka's tools write it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SourcePosition position)
    {
        position = default;
        text = text.Trim();
        var separator = text.Contains(',') ? ',' : ':';
        var last = text.LastIndexOf(separator);
        var middle = last < 0 ? -1 : text[..last].LastIndexOf(separator);
        if (middle <= 0
            || text[..middle].ContainsAny(separator, '/')
            || !int.TryParse(text[(middle + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(text[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return false;
        }

        position = new SourcePosition(new PartitionName(text[..middle].ToString(), partition), offset);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Source.Topic}:{Source.Partition}:{Offset}");
}
