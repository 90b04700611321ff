using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire;

/// <summary>The target cluster over our own protocol client: who leads what, who coordinates what, and connections to them.</summary>
internal sealed partial class WireCluster(KafkaConnectionOptions options, WireOptions? wire = null, Action<ClientLogLine>? log = null, TimeProvider? time = null) : IAsyncDisposable
{
    private readonly KafkaConnectionOptions _options = options;
    private readonly WireOptions _wire = wire ?? new WireOptions();
    private readonly Action<ClientLogLine> _log = log ?? (static _ => { });
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>What of <paramref name="options"/> this client cannot do, for a person; null when it can do all of it.</summary>
    public static string? WhyNot(KafkaConnectionOptions options) => throw new NotImplementedException();

    /// <summary>A shared connection to any broker that answers.</summary>
    /// <exception cref="WireException">None does.</exception>
    public Task<BrokerConnection> AnyAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A shared connection to the broker <paramref name="id"/>.</summary>
    /// <exception cref="WireException">It does not answer, or there is no such broker.</exception>
    public Task<BrokerConnection> BrokerAsync(int id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A new connection to the broker <paramref name="id"/>, the caller's to dispose.</summary>
    /// <exception cref="WireException">It does not answer, or there is no such broker.</exception>
    public Task<BrokerConnection> OpenAsync(int id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A shared connection to the coordinator of <paramref name="key"/>, asked for anew each time.</summary>
    /// <exception cref="WireException">No broker answers, or it is not the coordinator's turn yet (<see cref="CoordinatorAnswer.Error"/> says why).</exception>
    public Task<CoordinatorAnswer> CoordinatorAsync(CoordinatorKind kind, string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The leader of a partition as last heard; null when it has none, or was never asked for.</summary>
    public PartitionLeader? LeaderOf(TargetPartition partition) => throw new NotImplementedException();

    /// <summary>Asks any broker for the leaders of these topics' partitions. Calls that come while one is under way share its answer.</summary>
    /// <returns>Per topic its error, NO_ERROR included.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    public Task<IReadOnlyDictionary<string, Confluent.Kafka.ErrorCode>> RefreshAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Closes every shared connection.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
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
internal sealed record CoordinatorAnswer(Confluent.Kafka.ErrorCode Error, BrokerConnection? Connection);

/// <summary>Who leads a partition.</summary>
/// <param name="Broker">The leader's id.</param>
/// <param name="Epoch">The leader's epoch; -1 when unknown.</param>
internal readonly record struct PartitionLeader(int Broker, int Epoch);
