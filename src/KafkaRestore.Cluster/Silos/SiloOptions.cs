using System.Net;

namespace KafkaRestore.Cluster.Silos;

/// <summary>What a silo is started with.</summary>
public sealed record SiloOptions
{
    /// <summary>Its name; shown, and each silo's own.</summary>
    public required string Name { get; init; }

    /// <summary>Redis, as StackExchange.Redis reads it: <c>host:port,option=value</c>.</summary>
    public required string Redis { get; init; }

    /// <summary>The cluster's name: silos of one name and one Redis find each other.</summary>
    public string Cluster { get; init; } = "kafka-restore";

    /// <summary>Replicas of Redis that must have what is called durable; 0: the first one alone.</summary>
    public int RedisReplicas { get; init; }

    /// <summary>The address at which other silos reach it.</summary>
    public IPAddress Advertise { get; init; } = IPAddress.Loopback;

    /// <summary>The port for other silos.</summary>
    public int SiloPort { get; init; } = 11_111;

    /// <summary>The port for clients of the cluster; 0: none, the API is all that others need.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Lanes that it carries out at once, 1 or more.</summary>
    public int MaxLanes { get; init; } = 100;

    /// <summary>Jobs of which it carries out lanes at once, 1 or more.</summary>
    public int MaxJobs { get; init; } = 2;

    /// <summary>Memory for all of them, bytes; jobs get equal parts, or less where they ask for less.</summary>
    public long MemoryBudgetBytes { get; init; } = 2L << 30;

    /// <summary>How long a silo may be silent until another one asks again; the second such silence means that it is dead.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
