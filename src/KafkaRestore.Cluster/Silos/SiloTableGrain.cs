using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Silos;

/// <summary>What all silos do: each says it every second, and hears of the others. One grain for the cluster; what it knows is a second old, and gone with it for a second.</summary>
internal interface ISiloTableGrain : IGrainWithIntegerKey
{
    /// <summary>Takes one silo's word and gives those of all.</summary>
    [ResponseTimeout("00:00:02")]
    Task<Json<IReadOnlyList<SiloLoad>>> BeatAsync(Json<SiloLoad> load);
}

/// <inheritdoc/>
internal sealed class SiloTableGrain(TimeProvider time) : Grain, ISiloTableGrain
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (SiloLoad Load, long At)> _silos = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<Json<IReadOnlyList<SiloLoad>>> BeatAsync(Json<SiloLoad> load)
    {
        var now = time.GetTimestamp();
        var told = load.Value;
        _silos[told.Address] = (told, now);
        foreach (var gone in _silos.Where(silo => time.GetElapsedTime(silo.Value.At, now) > Forgotten).Select(static silo => silo.Key).ToList())
        {
            _silos.Remove(gone);
        }

        return Task.FromResult(Json<IReadOnlyList<SiloLoad>>.Of([.. _silos.Values.Select(static silo => silo.Load).OrderBy(static silo => silo.Name, StringComparer.Ordinal)]));
    }
}
