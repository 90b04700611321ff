using System.Buffers.Binary;
using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>A kind of restore: what the archive holds, what the configuration says, and by that what must stand in the target.</summary>
internal abstract record Recipe(string Name)
{
    /// <summary>Every kind that is killed at random. A new one is one more entry here.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [new PlainRecipe(), new MergedRecipe(), new WindowRecipe(), new RepartitionedRecipe()];

    public static Recipe Named(string name) => All.Single(recipe => recipe.Name == name);

    /// <summary>Partitions of each target topic.</summary>
    public abstract int TargetPartitions { get; }

    /// <summary>The source topics, in the order in which they are restored.</summary>
    public virtual IReadOnlyList<string> Topics => ["orders"];

    /// <summary>The target topic of a source topic: a number from 0, up to how many there are.</summary>
    public virtual int TargetTopicOf(string topic) => 0;

    /// <summary>The target partition of a source partition; null when each of its records has its own.</summary>
    public virtual int? TargetPartitionOf(int partition) => partition;

    /// <summary>The target partition of a record.</summary>
    public virtual int TargetPartitionOf(int partition, RecordData record) => TargetPartitionOf(partition)!.Value;

    /// <summary>Keys of <c>restore:</c> that make it this kind, beside the mapping of its topics.</summary>
    /// <param name="targetTopics">The target topics by their numbers.</param>
    public virtual IReadOnlyList<string> Keys(IReadOnlyList<string> targetTopics) => [];

    /// <summary>Whether a record is restored.</summary>
    public virtual bool Selects(RecordData record) => true;

    /// <summary>What the archive holds, about <paramref name="records"/> in all.</summary>
    public abstract IReadOnlyList<SourcePartition> MakeSources(Random random, int records);

    public override string ToString() => Name;

    protected static IReadOnlyList<SourcePartition> Partitions(Random random, string topic, int partitions, int records) =>
        [.. Enumerable.Range(0, partitions).Select(partition => new SourcePartition(topic, partition, RandomRecords.Of(random, topic, partition, records / partitions)))];
}

/// <summary>Each source partition into the target partition of the same number.</summary>
internal sealed record PlainRecipe() : Recipe("plain")
{
    public override int TargetPartitions => 4;

    public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) => Partitions(random, "orders", TargetPartitions, records);
}

/// <summary>Two topics into one: both partitions 0 and both partitions 1 meet, and a third partition joins the first.</summary>
internal sealed record MergedRecipe() : Recipe("merged")
{
    public override int TargetPartitions => 2;

    public override IReadOnlyList<string> Topics => ["orders", "payments"];

    public override IReadOnlyList<string> Keys(IReadOnlyList<string> targetTopics) => ["partition_mapping: {0: 0, 1: 1, 2: 0}"];

    public override int? TargetPartitionOf(int partition) => partition % 2;

    public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) =>
        [.. Partitions(random, "orders", 3, records * 3 / 5), .. Partitions(random, "payments", 2, records * 2 / 5)];
}

/// <summary>A time window over times that are out of order, with both bounds in the middle.</summary>
internal sealed record WindowRecipe() : Recipe("window")
{
    private const long Start = TestRecords.SomeTime + 60_000;
    private const long End = TestRecords.SomeTime + 900_000;

    public override int TargetPartitions => 3;

    public override IReadOnlyList<string> Keys(IReadOnlyList<string> targetTopics) => [$"time_window_start: {Start}", $"time_window_end: {End}"];

    public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) => Partitions(random, "orders", TargetPartitions, records);

    public override bool Selects(RecordData record) => record.Timestamp is >= Start and <= End;
}

/// <summary>Three partitions spread over five by the keys of their records, and by their offsets where there is none, in a time window.</summary>
internal sealed record RepartitionedRecipe() : Recipe("repartitioned")
{
    private const long End = TestRecords.SomeTime + 1_200_000;

    public override int TargetPartitions => 5;

    public override IReadOnlyList<string> Keys(IReadOnlyList<string> targetTopics) =>
        [$"repartitioning: {{{targetTopics[0]}: {{strategy: murmur2, target_partitions: {TargetPartitions}}}}}", $"time_window_end: {End}"];

    public override int? TargetPartitionOf(int partition) => null;

    // docs/configuration.md: murmur2 of the key, else of source partition and offset, both big-endian.
    public override int TargetPartitionOf(int partition, RecordData record)
    {
        var origin = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(origin, partition);
        BinaryPrimitives.WriteInt64BigEndian(origin.AsSpan(4), record.Offset);
        return (int)((Murmur2.Of(record.Key ?? origin) & int.MaxValue) % TargetPartitions);
    }

    public override bool Selects(RecordData record) => record.Timestamp <= End;

    public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) => Partitions(random, "orders", 3, records);
}

/// <summary>Two topics side by side, so that one can come to harm while the other must not.</summary>
internal sealed record TwoTopicsRecipe() : Recipe("two topics")
{
    /// <summary>The target topic that tests harm.</summary>
    public const int Harmed = 0;

    public override int TargetPartitions => 2;

    public override IReadOnlyList<string> Topics => ["orders", "payments"];

    public override int TargetTopicOf(string topic) => topic == "orders" ? Harmed : 1;

    public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) =>
        [.. Topics.SelectMany(topic => Partitions(random, topic, TargetPartitions, records / Topics.Count))];
}
