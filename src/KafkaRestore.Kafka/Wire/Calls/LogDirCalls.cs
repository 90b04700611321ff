using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>How large partitions are and how full disks; each broker knows its own.</summary>
internal sealed class LogDirCalls(WireCluster cluster, TimeProvider time)
{
    /// <summary>Asks every broker that is alive for its log directories.</summary>
    /// <param name="partitions">The partitions whose sizes are wanted; null for all.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per broker, in order of their ids.</returns>
    /// <exception cref="WireException">Nobody says which brokers there are.</exception>
    public async Task<IReadOnlyList<BrokerLogDirs>> DescribeAsync(IReadOnlyCollection<TargetPartition>? partitions, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(time, deadline);
        var brokers = await new ClusterCalls(cluster, time).BrokersAsync(deadline, cancellationToken).ConfigureAwait(false);
        var request = new DescribeLogDirsRequest(partitions);
        var call = new ShardedCall<int, DescribeLogDirsResponse>(cluster, time)
        {
            Route = static (ids, _) => Task.FromResult<IReadOnlyList<Route>>([.. ids.Select(static id => new Route(id))]),
            Ask = async (connection, _, token) => [await connection.AskWholeAsync(request, token).ConfigureAwait(false)],
            ErrorOf = ErrorOf,
            IsRead = true,
        };
        var questions = await call.RunAsync(brokers.Select(static broker => broker.Address.Id).Order(), clock.Remaining, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => new BrokerLogDirs(question.Subject, question.Error, question.Failure?.Message, question.Answer?.Directories ?? []))];
    }

    // Every broker has a directory. Before version 3 one that may not tell says nothing, and no error either.
    private static ErrorCode ErrorOf(DescribeLogDirsResponse answer) =>
        answer.Error == ErrorCode.NoError && answer.Directories.Count == 0 ? ErrorCode.ClusterAuthorizationFailed : answer.Error;
}

/// <summary>The log directories of one broker.</summary>
/// <param name="Broker">Its id.</param>
/// <param name="Error">NO_ERROR, or why there are none.</param>
/// <param name="Message">How asking failed, for a person; null when the broker answered.</param>
/// <param name="Directories">Its directories.</param>
internal sealed record BrokerLogDirs(int Broker, ErrorCode Error, string? Message, IReadOnlyList<DescribeLogDirsDirectory> Directories);
