using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

public sealed partial class TargetCluster : IRecordDeletion
{
    private static readonly TimeSpan s_deletionDeadline = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    /// <remarks>Over the protocol client: the call of librdkafka 2.0 never ends.</remarks>
    public async Task DeleteRecordsAsync(IReadOnlyDictionary<TargetPartition, long> before, CancellationToken cancellationToken)
    {
        if (WireCluster.WhyNot(_connection) is { } lack)
        {
            throw new RestoreException(ErrorCodes.ConfigNotSupported, $"records cannot be deleted: {lack}", "restore.purge_topics", "Delete and create the topics yourself.");
        }

        var wire = new WireCluster(_connection, time: _time);
        await using (wire.ConfigureAwait(false))
        {
            try
            {
                var answers = await new RecordCalls(wire, _time).DeleteAsync(before, s_deletionDeadline, cancellationToken).ConfigureAwait(false);
                if (answers.FirstOrDefault(static answer => answer.Value != ErrorCode.NoError) is { Value: not ErrorCode.NoError } failed)
                {
                    throw DeletionFailure(failed.Key, failed.Value);
                }
            }
            catch (WireException failure)
            {
                throw WireCluster.ToRestoreException(failure, "deleting records", string.Join(',', _connection.BootstrapServers));
            }
        }
    }

    private static RestoreException DeletionFailure(TargetPartition partition, ErrorCode error) => error == ErrorCode.PolicyViolation
        ? new RestoreException(
            ErrorCodes.TargetSettings,
            "the records cannot be deleted: the topic is compacted and does not delete",
            partition.ToString(),
            "Set cleanup.policy=delete on it, let the restore do that with restore.existing_topic_config_policy: apply, or delete and create the topic.")
        : new RestoreException(
            KafkaErrors.Classify(error) == KafkaErrorClass.Denied ? ErrorCodes.TargetDenied : ErrorCodes.TargetUnreachable,
            $"the records cannot be deleted: {KafkaErrors.NameOf(error)}",
            partition.ToString());
}
