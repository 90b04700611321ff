using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

public sealed partial class TargetCluster : IRecordDeletion
{
    // A topic that was compacted until a moment ago forbids it until its leaders have heard.
    private static readonly TimeSpan s_policyDeadline = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task DeleteRecordsAsync(IReadOnlyDictionary<TargetPartition, long> before, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _options.RequestDeadline);
        var policy = Deadline.Start(_time, s_policyDeadline);
        var open = before.Select(static pair => new TopicPartitionOffset(pair.Key.Topic, pair.Key.Partition, pair.Value)).ToList();
        while (open.Count > 0)
        {
            var failed = await RequestDeletionAsync(open, cancellationToken).ConfigureAwait(false);
            foreach (var report in failed)
            {
                if (report.Error.Code == ErrorCode.PolicyViolation ? policy.IsOver : !KafkaErrors.MayPass(report.Error.Code) || clock.IsOver)
                {
                    throw DeletionFailure(report);
                }
            }

            open = [.. open.Where(partition => failed.Exists(report => report.Topic == partition.Topic && report.Partition == partition.Partition))];
            if (open.Count > 0)
            {
                await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Those that failed.</summary>
    private async Task<List<DeleteRecordsReport>> RequestDeletionAsync(List<TopicPartitionOffset> partitions, CancellationToken cancellationToken)
    {
        var options = new DeleteRecordsOptions { RequestTimeout = _options.RequestDeadline, OperationTimeout = _options.RequestDeadline };
        try
        {
            await _admin.DeleteRecordsAsync(partitions, options).WaitAsync(cancellationToken).ConfigureAwait(false);
            return [];
        }
        catch (DeleteRecordsException e)
        {
            return [.. e.Results.Where(static report => report.Error.IsError)];
        }
        catch (KafkaException e)
        {
            throw Failure(e.Error, "deleting records");
        }
    }

    private RestoreException DeletionFailure(DeleteRecordsReport report) => report.Error.Code == ErrorCode.PolicyViolation
        ? new RestoreException(
            ErrorCodes.TargetSettings,
            "the records cannot be deleted: the topic is compacted and does not delete",
            $"{report.Topic}/{report.Partition.Value}",
            "Set cleanup.policy=delete on it, let the restore do that with restore.existing_topic_config_policy: apply, or delete and create the topic.")
        : Failure(report.Error, $"deleting the records of {report.Topic}/{report.Partition.Value}");
}
