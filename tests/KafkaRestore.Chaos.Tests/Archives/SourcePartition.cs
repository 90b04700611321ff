using KafkaRestore.Records.Layout;

namespace KafkaRestore.Chaos.Tests.Archives;

/// <summary>A source partition and the records that it held, in offset order, each offset once.</summary>
internal sealed record SourcePartition(string Topic, int Partition, IReadOnlyList<RecordData> Records)
{
    /// <summary>One behind the last record's offset.</summary>
    public long End => Records[^1].Offset + 1;

    public override string ToString() => $"{Topic}/{Partition}";
}
