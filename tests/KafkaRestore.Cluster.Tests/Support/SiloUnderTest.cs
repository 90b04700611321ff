using KafkaRestore.Cluster.Silos;

namespace KafkaRestore.Cluster.Tests.Support;

/// <summary>Silos in this process.</summary>
internal static class SiloUnderTest
{
    /// <summary>Joins a cluster, or begins it.</summary>
    public static Task<ClusterSilo> StartAsync(LocalRedis redis, string cluster, string name) => ClusterSilo.StartAsync(
        new SiloOptions { Name = name, Redis = redis.Address, Cluster = cluster, SiloPort = LocalRedis.FreePort(), MemoryBudgetBytes = 512L << 20 },
        new ServedConfiguration("RESTORE_", null),
        new ConsoleLog(0, ConsoleStyle.Plain, static _ => { }),
        logging: null,
        metrics: null,
        CancellationToken.None);
}
