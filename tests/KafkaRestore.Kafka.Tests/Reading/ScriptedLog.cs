using KafkaRestore.Kafka.Tests.Wire.Connections;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Reading;

/// <summary>A broker that leads one partition and answers Fetch and ListOffsets as a test says.</summary>
internal sealed class ScriptedLog() : ServingBroker(new(1, 11, 12), new(2, 2, 6), new(3, 0, 12), new(18, 0, 3))
{
    private readonly Guid _topicId = Guid.NewGuid();
    private int _fetches;

    public static TargetPartition Partition { get; } = new("t", 0);

    /// <summary>What the n-th Fetch, from 1, is answered with.</summary>
    public required Func<int, long, ScriptedFetch> OnFetch { get; init; }

    /// <summary>The log's first and last offset as ListOffsets says.</summary>
    public (long Earliest, long Latest) Range { get; set; }

    public int Fetches => Volatile.Read(ref _fetches);

    protected override async Task<bool> AnswerAsync(ScriptedPeer peer, ScriptedRequest request)
    {
        switch (request.Api)
        {
            case 1:
                var fetch = OnFetch(Interlocked.Increment(ref _fetches), OffsetOf(request));
                if (fetch.IsCut)
                {
                    peer.Dispose();
                    return false;
                }

                await peer.AnswerAsync(request.CorrelationId, writer => Write(writer, fetch));
                break;
            case 2:
                var isEarliest = Body(request, reader => TimestampOf(ref reader)) == ListOffsetsPartition.Earliest;
                await peer.AnswerAsync(request.CorrelationId, writer => Write(writer, isEarliest ? Range.Earliest : Range.Latest));
                break;
            default:
                await peer.AnswerMetadataAsync(request.CorrelationId, [Address], new ScriptedTopic(Partition.Topic, _topicId, [new PartitionLeader(1, 5)]));
                break;
        }

        return true;
    }

    private delegate long Reading(WireReader reader);

    private static long Body(ScriptedRequest request, Reading read)
    {
        var classic = new WireReader(request.Frame, flexible: false);
        classic.Skip(8);
        classic.SkipString();
        return read(new WireReader(request.Frame.AsSpan(request.Frame.Length - classic.Remaining + 1), flexible: true));
    }

    private static long OffsetOf(ScriptedRequest request) => Body(request, reader =>
    {
        reader.Skip(4 + 4 + 4 + 4 + 1 + 4 + 4);
        SkipToPartition(ref reader);
        reader.Int32();
        return reader.Int64();
    });

    private static long TimestampOf(ref WireReader reader)
    {
        reader.Skip(4 + 1);
        SkipToPartition(ref reader);
        reader.Int32();
        return reader.Int64();
    }

    private static void SkipToPartition(ref WireReader reader)
    {
        reader.ArrayLength();
        reader.SkipString();
        reader.ArrayLength();
        reader.Int32();
    }

    private static void Write(WireWriter writer, ScriptedFetch fetch)
    {
        writer.Int32(fetch.ThrottleMs);
        writer.Int16(0);
        writer.Int32(0);
        writer.ArrayLength(fetch.IsWithoutPartition ? 0 : 1);
        if (!fetch.IsWithoutPartition)
        {
            writer.String(Partition.Topic);
            writer.ArrayLength(1);
            writer.Int32(Partition.Partition);
            writer.Int16((short)fetch.Error);
            writer.Int64(fetch.HighWatermark);
            writer.Int64(fetch.HighWatermark);
            writer.Int64(0);
            writer.ArrayLength(0);
            writer.Int32(-1);
            writer.Bytes(fetch.Records);
            writer.EndStructure();
            writer.EndStructure();
        }

        writer.EndStructure();
    }

    private static void Write(WireWriter writer, long offset)
    {
        writer.Int32(0);
        writer.ArrayLength(1);
        writer.String(Partition.Topic);
        writer.ArrayLength(1);
        writer.Int32(Partition.Partition);
        writer.Int16(0);
        writer.Int64(-1);
        writer.Int64(offset);
        writer.Int32(5);
        writer.EndStructure();
        writer.EndStructure();
        writer.EndStructure();
    }
}

/// <summary>An answer to Fetch.</summary>
internal sealed record ScriptedFetch(long HighWatermark, byte[] Records)
{
    public KafkaErrorCode Error { get; init; }

    public int ThrottleMs { get; init; }

    /// <summary>The partition is left out, as brokers do whose quota is used up.</summary>
    public bool IsWithoutPartition { get; init; }

    /// <summary>The connection is closed instead.</summary>
    public bool IsCut { get; init; }
}
