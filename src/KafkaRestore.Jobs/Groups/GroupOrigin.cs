using KafkaRestore.Configuration;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Groups;

/// <summary>Reads source offsets of groups from wherever an address says: a file, an object, a folder, or a live cluster.</summary>
internal static class GroupOrigin
{
    /// <summary>Reads them.</summary>
    /// <param name="address">Of any form that <see cref="GroupSourceReader"/> and <see cref="ClusterAddress"/> know.</param>
    /// <param name="groups">Which groups are meant. Of a cluster nothing else is read; files give all that they hold.</param>
    /// <param name="target">How the cluster is reached that is restored into.</param>
    /// <param name="context">Where messages go.</param>
    /// <param name="stop">Stops reading.</param>
    /// <exception cref="RestoreException">What the two say; of a cluster the message says that it is about the groups' origin.</exception>
    public static Task<SourceGroups> ReadAsync(string address, GroupSelection groups, KafkaConnectionOptions target, JobContext context, CancellationToken stop) =>
        ClusterAddress.TryParse(address) is { } cluster
            ? ReadClusterAsync(ConnectionOf(cluster, target), groups, context, stop)
            : GroupSourceReader.ReadAsync(address, cancellationToken: stop);

    private static async Task<SourceGroups> ReadClusterAsync(KafkaConnectionOptions connection, GroupSelection groups, JobContext context, CancellationToken stop)
    {
        var where = $"kafka://{string.Join(',', connection.BootstrapServers)}";
        try
        {
            await using var cluster = GroupDoor.Open(connection, context);
            var live = await LiveGroups.ReadAsync(cluster, groups, stop).ConfigureAwait(false);
            return live.ToSourceGroups(where, context.Time.GetUtcNow());
        }
        catch (RestoreException failure)
        {
            throw new RestoreException(failure.Code, $"the source offsets of the groups cannot be read: {failure.Message}", where, HintOf(failure), failure);
        }
    }

    // What concerns the connection speaks of the target's keys, which are not those of this cluster.
    private static string? HintOf(RestoreException failure) => failure.Code == ErrorCodes.TargetUnreachable ? "Check the address and the network; where the cluster wants TLS or a login, name a file that says so: ?config=FILE." : failure.Hint;

    private static KafkaConnectionOptions ConnectionOf(ClusterAddress cluster, KafkaConnectionOptions target)
    {
        // The target's credentials never go to another cluster.
        var connection = cluster.IsTarget ? target
            : cluster.ConfigurationFile is { } file ? new ConfigurationReader().ReadFile(file).Require().Options.Target
            : new KafkaConnectionOptions { BootstrapServers = cluster.BootstrapServers };
        return cluster.BootstrapServers.Count == 0 ? connection : connection with { BootstrapServers = cluster.BootstrapServers };
    }
}
