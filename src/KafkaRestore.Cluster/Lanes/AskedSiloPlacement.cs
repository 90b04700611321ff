using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>A grain is placed on the silo that the caller names (<see cref="IPlacementDirector.PlacementHintKey"/>); on any where that is none, or gone.</summary>
[GenerateSerializer]
internal sealed class AskedSiloPlacement : PlacementStrategy;

/// <inheritdoc cref="AskedSiloPlacement"/>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AskedSiloAttribute() : PlacementAttribute(new AskedSiloPlacement());

/// <inheritdoc cref="AskedSiloPlacement"/>
internal sealed class AskedSiloDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? silos[Random.Shared.Next(silos.Length)]);
    }
}
