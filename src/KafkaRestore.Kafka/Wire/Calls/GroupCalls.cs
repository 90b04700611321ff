using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>What groups there are, what they do and who reads in them.</summary>
internal sealed class GroupCalls(WireCluster cluster, GroupCoordinators coordinators, TimeProvider time)
{
    private const int GroupsPerRequest = 50;

    // A broker that died may be in the list of the others for some seconds more.
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>All groups that we may describe. All brokers that are alive are asked, again and again until each has answered.</summary>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>The groups, each once, in any order.</returns>
    /// <exception cref="WireException">A broker does not answer, or says that it cannot: groups would be missing.</exception>
    public async Task<IReadOnlyCollection<ListedGroupEntry>> ListAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        var end = Deadline.Start(time, deadline);
        var backoff = default(Backoff);
        while (true)
        {
            var brokers = await new ClusterCalls(cluster, time).BrokersAsync(end.Remaining, cancellationToken).ConfigureAwait(false);
            var questions = await new ShardedCall<int, ListGroupsResponse>(cluster, time)
            {
                Route = static (subjects, _) => Task.FromResult<IReadOnlyList<Route>>([.. subjects.Select(static broker => new Route(broker))]),
                Ask = static async (connection, _, token) => [await connection.AskWholeAsync(new ListGroupsRequest(), token).ConfigureAwait(false)],
                ErrorOf = static answer => answer.Error,
                IsRead = true,
            }.RunAsync(brokers.Select(static broker => broker.Address.Id), end.Remaining < Round ? end.Remaining : Round, cancellationToken).ConfigureAwait(false);
            if (questions.FirstOrDefault(static question => question.Error != ErrorCode.NoError) is not { } silent)
            {
                return [.. questions.SelectMany(static question => question.Require().Groups).DistinctBy(static group => group.Group, StringComparer.Ordinal)];
            }

            if (end.IsOver || !KafkaErrors.MayPass(silent.Error))
            {
                throw silent.Failure?.Again() ?? new WireException(WireFailure.TimedOut, $"broker {silent.Subject} does not list its groups: {KafkaErrors.NameOf(silent.Error)}");
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Groups of the classic protocol, those without members included. For other kinds the answer is GROUP_ID_NOT_FOUND or the state <c>Dead</c>.</summary>
    /// <param name="groups">The groups, each once.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="WireException">Nobody says who coordinates the groups.</exception>
    public Task<IReadOnlyList<Question<string, DescribedGroupEntry>>> DescribeClassicAsync(IReadOnlyCollection<string> groups, TimeSpan deadline, CancellationToken cancellationToken) =>
        DescribeAsync(groups, DescribeGroupsRequest.Definition, static some => new DescribeGroupsRequest(some), deadline, cancellationToken);

    /// <summary>Groups of the protocol of KIP-848. For other kinds, and from brokers that do not know it, the answer is GROUP_ID_NOT_FOUND.</summary>
    /// <inheritdoc cref="DescribeClassicAsync"/>
    public Task<IReadOnlyList<Question<string, DescribedGroupEntry>>> DescribeConsumerAsync(IReadOnlyCollection<string> groups, TimeSpan deadline, CancellationToken cancellationToken) =>
        DescribeAsync(groups, ConsumerGroupDescribeRequest.Definition, static some => new ConsumerGroupDescribeRequest(some), deadline, cancellationToken);

    /// <summary>What the coordinator of each group has in its list: kind and state of any kind of group.</summary>
    /// <inheritdoc cref="DescribeClassicAsync"/>
    public async Task<IReadOnlyList<Question<string, GroupInList>>> FindInListsAsync(IReadOnlyCollection<string> groups, TimeSpan deadline, CancellationToken cancellationToken) =>
        await new ShardedCall<string, GroupInList>(cluster, time)
        {
            Route = coordinators.Router<string>(static group => group),
            Ask = static async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new ListGroupsRequest(), token).ConfigureAwait(false);
                var listed = answer.Groups.DistinctBy(static entry => entry.Group).ToDictionary(static entry => entry.Group, StringComparer.Ordinal);
                return [.. subjects.Select(group => new GroupInList(answer.Error, listed.GetValueOrDefault(group)))];
            },
            ErrorOf = static found => found.Error,
            SubjectsPerRequest = int.MaxValue,
            IsRead = true,
        }.RunAsync(groups, deadline, cancellationToken).ConfigureAwait(false);

    private Task<IReadOnlyList<Question<string, DescribedGroupEntry>>> DescribeAsync(
        IReadOnlyCollection<string> groups, Api api, Func<IReadOnlyList<string>, Request<DescribedGroups>> request, TimeSpan deadline, CancellationToken cancellationToken) =>
        new ShardedCall<string, DescribedGroupEntry>(cluster, time)
        {
            Route = coordinators.Router<string>(static group => group),
            Ask = async (connection, subjects, token) =>
            {
                if (!connection.Supports(api))
                {
                    return [.. subjects.Select(static group => new DescribedGroupEntry(ErrorCode.GroupIdNotFound, group, "", []))];
                }

                var answer = await connection.AskWholeAsync(request(subjects), token).ConfigureAwait(false);
                var described = answer.Groups.DistinctBy(static entry => entry.Group).ToDictionary(static entry => entry.Group, StringComparer.Ordinal);
                return [.. subjects.Select(described.GetValueOrDefault)];
            },
            ErrorOf = static entry => entry.Error,
            SubjectsPerRequest = GroupsPerRequest,
            IsRead = true,
        }.RunAsync(groups, deadline, cancellationToken);
}

/// <summary>What a coordinator's list has of a group.</summary>
/// <param name="Error">NO_ERROR, or why there is no list.</param>
/// <param name="Entry">The group's entry; null when it is not in the list.</param>
internal sealed record GroupInList(ErrorCode Error, ListedGroupEntry? Entry);
