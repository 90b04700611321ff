using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Committed offsets of many groups at once, each asked of the group's coordinator.</summary>
internal sealed class GroupOffsetCalls(WireCluster cluster, GroupCoordinators coordinators, TimeProvider time)
{
    // A partition takes some 50 bytes of an answer: room for groups that read thousands of them.
    private const int GroupsPerRequest = 25;

    /// <summary>Asks for committed offsets.</summary>
    /// <param name="groups">The groups, each once.</param>
    /// <param name="requireStable">Whether to wait for transactions that are about to change an offset, else the offset before them comes.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>
    /// Per group, in their order. A group that does not exist is no error and has no offsets. Of a group that is asked for all its partitions, topics that we may not describe are left out
    /// by the broker.
    /// </returns>
    /// <exception cref="WireException">Nobody says who coordinates the groups.</exception>
    /// <exception cref="ArgumentException">A group stands there twice, or a partition in one group.</exception>
    public async Task<IReadOnlyList<OffsetFetchGroupResult>> FetchAsync(
        IReadOnlyCollection<OffsetFetchGroup> groups, bool requireStable, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(groups.Select(static group => group.Group));
        foreach (var group in groups)
        {
            Subjects.ThrowIfTwice(group.Partitions ?? []);
        }

        var call = new ShardedCall<OffsetFetchGroup, OffsetFetchGroupResult>(cluster, time)
        {
            Route = coordinators.Router<OffsetFetchGroup>(static group => group.Group),
            Ask = (connection, subjects, token) => FetchAsync(connection, subjects, requireStable, token),
            ErrorOf = static result => FirstOf(result.Error, result.Partitions.Select(static partition => partition.Error)),
            SubjectsPerRequest = GroupsPerRequest,
            IsRead = true,
        };
        var questions = await call.RunAsync(groups, deadline, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => question.Answer ?? new OffsetFetchGroupResult(question.Subject.Group, question.Error, []))];
    }

    private static async Task<IReadOnlyList<OffsetFetchGroupResult?>> FetchAsync(
        BrokerConnection connection, IReadOnlyList<OffsetFetchGroup> groups, bool requireStable, CancellationToken cancellationToken)
    {
        var takesSeveral = connection.VersionOf(OffsetFetchRequest.Definition) >= OffsetFetchRequest.SeveralGroupsFrom;
        var answers = await Task.WhenAll(groups.Chunk(takesSeveral ? GroupsPerRequest : 1)
            .Select(some => connection.AskWholeAsync(new OffsetFetchRequest(some, requireStable), cancellationToken))).ConfigureAwait(false);
        var results = answers.SelectMany(static answer => answer.Groups).ToLookup(static result => result.Group, StringComparer.Ordinal);
        return [.. groups.Select(group => results[group.Group].FirstOrDefault())];
    }

    // One that may pass comes first: then it is worth while to ask again.
    private static ErrorCode FirstOf(ErrorCode all, IEnumerable<ErrorCode> each)
    {
        ErrorCode[] errors = [.. each.Prepend(all).Where(static error => error != ErrorCode.NoError).Distinct()];
        return errors.FirstOrDefault(KafkaErrors.MayPass, errors.FirstOrDefault(ErrorCode.NoError));
    }
}
