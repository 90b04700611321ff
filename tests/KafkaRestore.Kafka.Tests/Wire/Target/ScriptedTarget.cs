using KafkaRestore.Kafka.Tests.Wire.Connections;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Target;

/// <summary>A cluster of one broker with one partition, which answers Metadata and ListOffsets as a test says.</summary>
internal sealed class ScriptedTarget() : ServingBroker(new(1, 11, 12), new(2, 2, 6), new(3, 9, 12), new(18, 0, 3))
{
    /// <summary>The offset at which every log ends; it begins at 0.</summary>
    public const long End = 7;

    private static readonly Guid TopicId = Guid.NewGuid();

    private int _metadata;
    private int _offsets;

    public static TargetPartition Partition { get; } = new("t", 0);

    public static ScriptedTopic WithLeader { get; } = new(Partition.Topic, TopicId, [new PartitionLeader(1, 5)]);

    public static ScriptedTopic WithoutLeader { get; } = new(Partition.Topic, TopicId, [new PartitionLeader(-1, 5)]);

    /// <summary>What the n-th question for the topic, from 1, is answered with.</summary>
    public Func<int, ScriptedTopic> OnMetadata { get; init; } = static _ => WithLeader;

    /// <summary>The error in the n-th answer to ListOffsets, from 1; the ends of a log are asked for in two questions.</summary>
    public Func<int, ErrorCode> OnOffsets { get; init; } = static _ => ErrorCode.NoError;

    /// <summary>How often the topic was asked for.</summary>
    public int Asked => Volatile.Read(ref _metadata);

    /// <summary>The topic with an error instead of partitions.</summary>
    public static ScriptedTopic Failing(ErrorCode error) => new(Partition.Topic, Guid.Empty, [], error);

    protected override async Task<bool> AnswerAsync(ScriptedPeer peer, ScriptedRequest request)
    {
        if (request.Api == ListOffsetsRequest.Definition.Key)
        {
            await AnswerOffsetsAsync(peer, request, OnOffsets(Interlocked.Increment(ref _offsets)));
            return true;
        }

        // A question for the brokers alone names no topic.
        var named = request.Frame.AsSpan().IndexOf("\u0002t"u8) >= 0;
        await peer.AnswerMetadataAsync(request.CorrelationId, [Address], named ? [OnMetadata(Interlocked.Increment(ref _metadata))] : []);
        return true;
    }

    private static Task AnswerOffsetsAsync(ScriptedPeer peer, ScriptedRequest request, ErrorCode error)
    {
        // The time that is asked for stands at the end, before the tagged fields of partition, topic and request.
        var isEarliest = request.Frame[^4] == 0xFE;
        return peer.AnswerAsync(request.CorrelationId, writer =>
        {
            writer.Int32(0);
            writer.ArrayLength(1);
            writer.String(Partition.Topic);
            writer.ArrayLength(1);
            writer.Int32(Partition.Partition);
            writer.Int16((short)error);
            writer.Int64(-1);
            writer.Int64(error != ErrorCode.NoError ? -1 : isEarliest ? 0 : End);
            writer.Int32(5);
            writer.EndStructure();
            writer.EndStructure();
            writer.EndStructure();
        });
    }
}
