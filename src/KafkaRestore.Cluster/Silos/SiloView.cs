using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Silos;

/// <summary>The silos as this one knows them: who is a member, from the membership itself; what they do, from the last beat. Thread-safe.</summary>
internal sealed class SiloView(ISiloStatusOracle membership)
{
    private volatile IReadOnlyList<SiloLoad> _loads = [];

    /// <summary>Is called when what is known has changed.</summary>
    public event Action? Changed;

    /// <summary>What members do that take lanes.</summary>
    public IReadOnlyList<SiloLoad> Open => [.. All.Where(static silo => !silo.IsDraining)];

    /// <summary>What members do.</summary>
    public IReadOnlyList<SiloLoad> All => [.. _loads.Where(silo => IsActive(silo.Address))];

    /// <summary>Whether a silo is a member that works, as far as anybody knows.</summary>
    public bool IsActive(string address) => AddressOf(address) is not null;

    /// <summary>The address of a member; null where it is none.</summary>
    public SiloAddress? AddressOf(string address) => membership.GetApproximateSiloStatuses(onlyActive: true).Keys.FirstOrDefault(silo => silo.ToParsableString() == address);

    /// <summary>Takes what was heard last.</summary>
    public void Take(IReadOnlyList<SiloLoad> loads)
    {
        _loads = loads;
        Changed?.Invoke();
    }
}
