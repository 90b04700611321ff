using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Target;

internal sealed partial class WireTargetCluster : IRecordDeletion
{
    /// <inheritdoc/>
    public async Task DeleteRecordsAsync(IReadOnlyDictionary<TargetPartition, long> before, CancellationToken cancellationToken)
    {
        try
        {
            var answers = await new RecordCalls(_cluster, _time).DeleteAsync(before, _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
            if (answers.FirstOrDefault(static answer => answer.Value != ErrorCode.NoError) is { Value: not ErrorCode.NoError } failed)
            {
                throw DeletionFailure(failed.Key, failed.Value);
            }
        }
        catch (WireException failure)
        {
            throw Failure(failure, "deleting records");
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
