using KafkaRestore.Engine.Lanes;

namespace KafkaRestore.Engine.Running;

/// <summary>Lanes that wait for their part of the target while the rest of it may be well: their places are lent to others.</summary>
internal sealed class StalledLanes(RestoreProgress progress, Action<int> lend, TimeProvider time)
{
    // Leaders move within a few seconds; whoever waits longer has lost more than that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Looks every second until the lanes have ended.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                lend(PlacesOf(progress.Lanes.Where(lane => lane.Trouble is not null && lane.SinceAcknowledgement >= Patience)));
            }
        }
        catch (OperationCanceledException)
        {
            // The lanes have ended.
        }
    }

    /// <summary>The places that they take: lanes of a repartitioned topic run together in one, and none of them gets far without the others.</summary>
    private static int PlacesOf(IEnumerable<LaneStatus> stalled) =>
        stalled.DistinctBy(lane => lane.Lane.Repartitioning is null ? (object)lane : lane.Lane.Target.Topic).Count();
}
