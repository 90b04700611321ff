using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>A lane as a job has recorded it: its target, and its sources in the order of their numbers, which never change.</summary>
internal sealed record RecordedLane(TargetPartition Target, IReadOnlyList<RecordedSource> Sources);

/// <summary>A source of a lane and the segments that each generation took of it.</summary>
internal sealed record RecordedSource(string Topic, int Partition, IReadOnlyList<RecordedGeneration> Generations)
{
    public override string ToString() => $"{Topic}/{Partition}";
}

/// <summary>The segments of one source that belong to one generation, by first offset.</summary>
internal sealed record RecordedGeneration(int Number, IReadOnlyList<RecordedSegment> Segments);
