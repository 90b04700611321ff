using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>What is done to records in their partitions; the leaders do it.</summary>
internal sealed class RecordCalls(WireCluster cluster, TimeProvider time)
{
    private const int PartitionsPerRequest = 500;

    /// <summary>Deletes the records before an offset.</summary>
    /// <param name="before">By partition the first offset that stays.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>By partition what became of it.</returns>
    /// <exception cref="Connections.WireException">No broker answers.</exception>
    public async Task<IReadOnlyDictionary<TargetPartition, ErrorCode>> DeleteAsync(IReadOnlyDictionary<TargetPartition, long> before, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var call = new ShardedCall<KeyValuePair<TargetPartition, long>, DeleteRecordsResult>(cluster, time)
        {
            Route = async (subjects, token) =>
            {
                var errors = await cluster.RefreshAsync([.. subjects.Select(static subject => subject.Key.Topic).Distinct()], token).ConfigureAwait(false);
                return [.. subjects.Select(subject => cluster.LeaderOf(subject.Key) is { } leader ? new Route(leader.Broker)
                    : new Route(null, errors.GetValueOrDefault(subject.Key.Topic) is not ErrorCode.NoError and var error ? error : ErrorCode.LeaderNotAvailable))];
            },
            Ask = async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new DeleteRecordsRequest(subjects, deadline), token).ConfigureAwait(false);
                var results = answer.Partitions.ToLookup(static result => result.Partition);
                return [.. subjects.Select(subject => results[subject.Key].FirstOrDefault())];
            },
            ErrorOf = static result => result.Error,

            // A topic that was compacted until a moment ago forbids it until its leaders have heard.
            MayPass = static error => error == ErrorCode.PolicyViolation || KafkaErrors.MayPass(error),
            SubjectsPerRequest = PartitionsPerRequest,
        };
        var questions = await call.RunAsync(before, deadline, cancellationToken).ConfigureAwait(false);
        return questions.ToDictionary(static question => question.Subject.Key, static question => question.Answer?.Error ?? question.Error);
    }
}
