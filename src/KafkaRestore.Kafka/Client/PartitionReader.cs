using Confluent.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Client;

/// <summary>Reads records of a target partition back, for checks; read uncommitted, in offset order.</summary>
public sealed class PartitionReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    /// <summary>Prepares a reader; nothing is asked of a broker yet.</summary>
    public PartitionReader(KafkaConnectionOptions connection) =>
        _consumer = ClientConfiguration.Build(() => new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(ClientConfiguration.Common(connection))
            {
                GroupId = "kafka-restore-reader",
                EnableAutoCommit = false,
                IsolationLevel = IsolationLevel.ReadUncommitted,
                AutoOffsetReset = AutoOffsetReset.Error,
            })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build());

    /// <summary>The records at target offsets <paramref name="from"/> to <paramref name="to"/> exclusive; <see cref="RecordData.Offset"/> is the target offset.</summary>
    /// <exception cref="RestoreException">TARGET_UNAVAILABLE: nothing came for 30 s.</exception>
    public IEnumerable<RecordData> Read(TargetPartition partition, long from, long to, CancellationToken cancellationToken)
    {
        _consumer.Assign(new TopicPartitionOffset(partition.Topic, partition.Partition, from));
        for (var next = from; next < to;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = _consumer.Consume(Patience)
                ?? throw new RestoreException(ErrorCodes.TargetUnavailable, $"nothing could be read at offset {next} for {Patience.TotalSeconds:0} s", partition.ToString());
            next = result.Offset.Value + 1;
            if (result.Offset.Value >= to)
            {
                yield break;
            }

            var headers = (result.Message.Headers ?? []).Select(header => new HeaderData(System.Text.Encoding.UTF8.GetBytes(header.Key), header.GetValueBytes()));
            yield return new RecordData(result.Offset.Value, result.Message.Timestamp.UnixTimestampMs, result.Message.Key, result.Message.Value, [.. headers]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _consumer.Dispose();
}
