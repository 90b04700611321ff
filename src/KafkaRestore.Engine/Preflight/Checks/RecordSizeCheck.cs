using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether the largest record that is known fits the topic, and the topic's message format holds headers.</summary>
internal sealed class RecordSizeCheck : IPreflightCheck
{
    // Of a record in the archive's layout, lengths and fixed fields; those of its headers come on top.
    private const int LayoutBytes = 34;

    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var target = await context.TargetAsync(cancellationToken).ConfigureAwait(false);
        var sample = await context.TrySampleAsync(cancellationToken).ConfigureAwait(false);
        return target.Topics.SelectMany(topic => Format(topic).Concat(Size(context, topic, sample)));
    }

    private static IEnumerable<Finding> Format(TopicFacts topic)
    {
        if (topic.Setting("message.format.version") is { } format && Version.TryParse(format.Split('-')[0], out var version) && version < new Version(0, 11))
        {
            yield return FindingKinds.MessageFormat.Error($"the topic stores message format {format}, which has no headers", topic.Name);
        }
    }

    private static IEnumerable<Finding> Size(PreflightContext context, TopicFacts topic, ArchiveSample? sample)
    {
        if (topic.MaxMessageBytes is not { } most || Largest(context.Plan, topic.Name, sample) is not { Bytes: > 0 } largest || largest.Bytes <= most)
        {
            yield break;
        }

        var compressed = context.Options.Delivery.Codec != ProduceCodec.None;
        yield return FindingKinds.RecordSize.ErrorUnless(
            compressed || context.Options.Skips.UnwritableRecords,
            $"a record has {(largest.IsExact ? "" : "at least ")}{Amounts.Size(largest.Bytes)}; the topic takes {Amounts.Size(most)} (max.message.bytes={most}){(compressed ? ", counted after compression" : "")}",
            $"{largest.Where} for {topic.Name}");
    }

    /// <summary>The largest record that was seen, or that there must be by the sizes and counts of segments.</summary>
    private static (long Bytes, string Where, bool IsExact) Largest(RestorePlan plan, string topic, ArchiveSample? sample)
    {
        var largest = (Bytes: 0L, Where: "", IsExact: false);
        foreach (var (lane, source) in plan.Sources.Where(pair => pair.Lane.Target.Topic == topic))
        {
            foreach (var segment in source.Segments)
            {
                var average = segment is { UncompressedSize: > 0, RecordCount: > 0 } ? (segment.UncompressedSize / segment.RecordCount) - LayoutBytes : 0;
                if (average > largest.Bytes)
                {
                    largest = (average, $"{source}, source offsets {segment.StartOffset} to {segment.EndOffset}", false);
                }
            }
        }

        foreach (var source in sample?.Sources.Where(source => source.TargetTopic == topic) ?? [])
        {
            if (source.LargestBytes > 0 && source.LargestBytes >= largest.Bytes)
            {
                largest = (source.LargestBytes, $"{source.Name}, source offset {source.LargestAt}", true);
            }
        }

        return largest;
    }
}
