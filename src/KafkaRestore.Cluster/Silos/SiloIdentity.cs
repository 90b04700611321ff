
namespace KafkaRestore.Cluster.Silos;

/// <summary>What this silo is, and what it gives.</summary>
/// <param name="options">What it was started with.</param>
/// <param name="details">Its place in the cluster.</param>
internal sealed class SiloIdentity(SiloOptions options, ILocalSiloDetails details)
{
    /// <summary>Its name.</summary>
    public string Name => options.Name;

    /// <summary>Its address in the cluster; another one after each start.</summary>
    public string Address => details.SiloAddress.ToParsableString();

    /// <summary>Lanes that it carries out at once.</summary>
    public int MostLanes => options.MaxLanes;

    /// <summary>Jobs of which it carries out lanes at once.</summary>
    public int MostJobs => options.MaxJobs;

    /// <summary>The memory of each of them, bytes.</summary>
    public long MemoryBytesOfJob => options.MemoryBudgetBytes / options.MaxJobs;
}
