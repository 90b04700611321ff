using Confluent.Kafka;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Reads record batches from partitions of one leader, without a fetch session.</summary>
/// <param name="maxWait">How long the broker may wait for <paramref name="minBytes"/>.</param>
/// <param name="maxBytes">About the most bytes of all partitions; the first batch comes whatever its size.</param>
/// <param name="isolation">Whether to read up to the high watermark (<see cref="IsolationLevel.ReadUncommitted"/>) or to the last stable offset.</param>
/// <param name="partitions">Where to read.</param>
/// <param name="minBytes">The fewest bytes that are worth an answer before <paramref name="maxWait"/> is over.</param>
/// <param name="pool">Where memory for the records comes from; null is the collected heap. With a pool, whoever gets the answer disposes it.</param>
internal sealed class FetchRequest(
    TimeSpan maxWait, int maxBytes, IsolationLevel isolation, IReadOnlyCollection<FetchPartition> partitions, int minBytes = 1, BufferPool? pool = null)
    : Request<FetchResponse>
{
    /// <summary>The request. From version 13 on it knows no topic names.</summary>
    public static readonly Api Definition = new(1, "Fetch", 11, 12, 12);

    /// <summary>Bytes of memory behind pooled records that may be read, whatever is in them.</summary>
    public const int Overrun = 32;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Int32(-1); // we are no replica
        writer.Milliseconds(maxWait);
        writer.Int32(minBytes);
        writer.Int32(maxBytes);
        writer.Int8((sbyte)isolation);
        writer.Int32(0); // no session
        writer.Int32(-1); // and none to begin
        TopicPartitions.Write(writer, version, partitions);
        writer.ArrayLength(0); // partitions that a session forgets
        writer.String(""); // rack
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override FetchResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var error = reader.ErrorCode();
        reader.Int32(); // session
        var rented = new List<NativeBuffer>();
        try
        {
            var results = TopicPartitions.Read(
                ref reader, version, 37, (ref WireReader part, short _, TargetPartition partition) => ReadPartition(ref part, partition, rented));
            reader.EndStructure();
            return new FetchResponse(throttle, error, results, rented);
        }
        catch
        {
            rented.ForEach(static buffer => buffer.Dispose());
            throw;
        }
    }

    private FetchPartitionResult ReadPartition(ref WireReader reader, TargetPartition partition, List<NativeBuffer> rented)
    {
        var (error, highWatermark, lastStable, logStart) = (reader.ErrorCode(), reader.Int64(), reader.Int64(), reader.Int64());
        var aborted = reader.NewArray<AbortedTransaction>(16);
        for (var i = 0; i < aborted.Length; i++)
        {
            aborted[i] = new AbortedTransaction(reader.Int64(), reader.Int64());
            reader.EndStructure();
        }

        reader.Int32(); // the replica that had better be read
        var records = Keep(reader.Bytes(), rented);
        var leader = reader.EndStructure(1, out var field) ? TopicPartitions.ReadLeader(ref field) : null;
        return new FetchPartitionResult(partition, error, highWatermark, lastStable, logStart, records, leader) { Aborted = aborted };
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> records, List<NativeBuffer> rented)
    {
        if (pool is null || records.IsEmpty)
        {
            return records.ToArray();
        }

        var buffer = pool.Rent(records.Length + Overrun);
        rented.Add(buffer);
        records.CopyTo(buffer.GetSpan());
        return buffer.Memory[..records.Length];
    }
}

/// <summary>Where to read a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The first offset; the answer may begin with a batch that begins before it.</param>
/// <param name="MaxBytes">About the most bytes of it.</param>
/// <param name="LeaderEpoch">The leader's epoch as the caller knows it; -1 when it does not. Another one is an error.</param>
internal readonly record struct FetchPartition(TargetPartition Partition, long Offset, int MaxBytes, int LeaderEpoch = -1) : IPartitionEntry
{
    /// <inheritdoc/>
    public void WriteRest(WireWriter writer, short version)
    {
        writer.Int32(LeaderEpoch);
        writer.Int64(Offset);
        if (version >= 12)
        {
            writer.Int32(-1); // the epoch of what was fetched before
        }

        writer.Int64(-1); // a follower's log start
        writer.Int32(MaxBytes);
    }
}

/// <summary>What was read.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR, or what is wrong with the request as a whole.</param>
/// <param name="Partitions">Per partition, in any order.</param>
/// <param name="Rented">The pooled memory that the records are in; empty without a pool.</param>
internal sealed record FetchResponse(TimeSpan Throttle, ErrorCode Error, IReadOnlyList<FetchPartitionResult> Partitions, IReadOnlyList<NativeBuffer> Rented) : IDisposable
{
    /// <summary>Gives the pooled memory back.</summary>
    public void Dispose()
    {
        foreach (var buffer in Rented)
        {
            buffer.Dispose();
        }
    }
}

/// <summary>What was read of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR, or why there is nothing.</param>
/// <param name="HighWatermark">The end that readers of any isolation see; -1 with an error.</param>
/// <param name="LastStableOffset">The end before which no transaction is open; -1 with an error.</param>
/// <param name="LogStartOffset">The log's first offset; -1 with an error.</param>
/// <param name="Records">Record batches, the last one perhaps cut off: see <see cref="RecordBatchWalker"/>. A copy.</param>
/// <param name="Leader">The partition's leader now, where the broker says that it is another one.</param>
internal readonly record struct FetchPartitionResult(
    TargetPartition Partition, ErrorCode Error, long HighWatermark, long LastStableOffset, long LogStartOffset, ReadOnlyMemory<byte> Records, PartitionLeader? Leader)
{
    /// <summary>Which transactions that reach into these records were aborted, in the order in which they began; empty where reading uncommitted.</summary>
    public IReadOnlyList<AbortedTransaction> Aborted { get; init; } = [];
}

/// <summary>A transaction that was aborted.</summary>
/// <param name="ProducerId">Whose.</param>
/// <param name="FirstOffset">Its first record of the partition; its last stands before the producer's next marker.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset);
