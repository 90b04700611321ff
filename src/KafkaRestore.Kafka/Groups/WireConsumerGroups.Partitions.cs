using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <content>What the partitions hold that groups read.</content>
internal sealed partial class WireConsumerGroups
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        const string what = "reading the ends of partitions";
        try
        {
            var results = await new LogRangeCalls(_cluster, _time).ReadAsync([.. partitions.Distinct()], _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
            return Existing(results, static result => (result.Partition, result.Error, result.Message), what).ToDictionary(static result => result.Partition, static result => result.Range);
        }
        catch (WireException failure)
        {
            throw Whole(failure, what);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, long?>> FindByTimeAsync(IReadOnlyDictionary<TargetPartition, long> times, CancellationToken cancellationToken)
    {
        const string what = "finding offsets by time";
        try
        {
            var results = await new OffsetByTimeCalls(_cluster, _time).FindAsync(times, _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
            return Existing(results, static result => (result.Partition, result.Error, result.Message), what).ToDictionary(static result => result.Partition, static result => result.Offset);
        }
        catch (WireException failure)
        {
            throw Whole(failure, what);
        }
    }

    private IEnumerable<T> Existing<T>(IReadOnlyList<T> results, Func<T, (TargetPartition Partition, ErrorCode Error, string? Message)> outcomeOf, string what)
    {
        foreach (var result in results)
        {
            var (partition, error, message) = outcomeOf(result);
            if (error == ErrorCode.NoError)
            {
                yield return result;
            }
            else if (KafkaErrors.Classify(error) != KafkaErrorClass.Missing)
            {
                throw KafkaErrors.Classify(error) == KafkaErrorClass.Denied
                    ? new RestoreException(ErrorCodes.TargetDenied, $"{what} was denied: no right DESCRIBE on topic '{partition.Topic}'", partition.ToString())
                    : new RestoreException(ErrorCodes.TargetUnreachable, $"{what} was not possible within {_options.RequestDeadline.TotalSeconds:0.#} s: {message ?? KafkaErrors.NameOf(error)}", partition.ToString());
            }
        }
    }
}
