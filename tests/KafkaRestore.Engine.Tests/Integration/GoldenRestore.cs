using KafkaRestore.Engine.Reporting;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>One way to restore one golden archive; what is not said is as users get it.</summary>
internal sealed record GoldenRestore(string Archive)
{
    public GoldenSource Source { get; init; } = GoldenSource.Disk;

    public SinkKind? Sink { get; init; }

    public ProduceCodec Codec { get; init; } = ProduceCodec.Lz4;

    public bool KeepsTrackingHeaders { get; init; }

    public bool KeepsMarkers { get; init; }

    /// <summary>The offset of a new partition's first record: the batch sink's fence leaves one marker before it.</summary>
    public long FirstOffset => Sink == SinkKind.Client ? 0 : 1;
}

/// <summary>Where a golden archive is read from.</summary>
public enum GoldenSource
{
    Disk,
    S3,
}

/// <summary>A golden archive that was restored into topics with a suffix of their own.</summary>
internal sealed record GoldenRestored(GoldenRestore Restore, Outcome Outcome, string Suffix)
{
    public RestoreReport Done() => Outcome.Done();
}
