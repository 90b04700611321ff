using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire;

/// <content>Who coordinates groups and transactional ids.</content>
internal sealed partial class WireCluster
{
    private const int KeysPerRequest = 200;

    /// <summary>A shared connection to the coordinator of <paramref name="key"/>, asked for anew each time.</summary>
    /// <exception cref="WireException">No broker answers, or the coordinator does not; why nobody coordinates now, <see cref="CoordinatorAnswer.Error"/> says.</exception>
    public async Task<CoordinatorAnswer> CoordinatorAsync(CoordinatorKind kind, string key, CancellationToken cancellationToken)
    {
        var found = await FindCoordinatorsAsync(kind, [key], cancellationToken).ConfigureAwait(false);
        return found[0].Broker is { } address
            ? new CoordinatorAnswer(ErrorCode.NoError, await _shared.GetAsync(address, cancellationToken).ConfigureAwait(false))
            : new CoordinatorAnswer(found[0].Error, null);
    }

    /// <summary>The coordinators of <paramref name="keys"/>, asked for anew each time: many in one request where the broker takes that, else one by one.</summary>
    /// <returns>Per key, in their order.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<IReadOnlyList<FindCoordinatorResult>> FindCoordinatorsAsync(CoordinatorKind kind, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var found = new List<FindCoordinatorResult>(keys.Count);
        foreach (var some in keys.Chunk(KeysPerRequest))
        {
            var answers = await FirstAsync((connection, token) => FindAsync(connection, kind, some, token), cancellationToken).ConfigureAwait(false);
            var results = answers.SelectMany(static answer => answer.Coordinators).ToLookup(static result => result.Key, StringComparer.Ordinal);
            found.AddRange(some.Select(key => results[key].FirstOrDefault() ?? new FindCoordinatorResult(key, ErrorCode.GroupCoordinatorNotAvailable, null, null)));
        }

        foreach (var address in found.Select(static result => result.Broker).OfType<BrokerAddress>())
        {
            _brokers[address.Id] = address;
        }

        return found;
    }

    private static Task<FindCoordinatorResponse[]> FindAsync(BrokerConnection connection, CoordinatorKind kind, string[] keys, CancellationToken cancellationToken)
    {
        var takesSeveral = connection.VersionOf(FindCoordinatorRequest.Definition) >= FindCoordinatorRequest.SeveralKeysFrom;
        return Task.WhenAll(keys.Chunk(takesSeveral ? KeysPerRequest : 1).Select(some => connection.AskWholeAsync(new FindCoordinatorRequest(kind, some), cancellationToken)));
    }
}

/// <summary>What is coordinated.</summary>
internal enum CoordinatorKind : sbyte
{
    /// <summary>A consumer group.</summary>
    Group = 0,

    /// <summary>A transactional id.</summary>
    Transaction = 1,
}

/// <summary>Who coordinates something.</summary>
/// <param name="Error">NO_ERROR, or why nobody does now.</param>
/// <param name="Connection">A shared connection to it; null with an error.</param>
internal sealed record CoordinatorAnswer(ErrorCode Error, BrokerConnection? Connection);
