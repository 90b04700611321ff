using KafkaRestore.Cluster.Messages;
using Orleans.Concurrency;

namespace KafkaRestore.Cluster.Lanes;

/// <inheritdoc/>
[Reentrant, AskedSilo]
internal sealed class LaneGrain(SiloLanes lanes) : Grain, ILaneGrain
{
    private Task _ended = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Json<LaneAnswer>> StartAsync(Json<LaneCommand> command)
    {
        DelayDeactivation(TimeSpan.FromDays(365));
        var (answer, ended) = await lanes.StartAsync(command.Value).ConfigureAwait(true);
        _ended = ended;
        _ = LeaveAfterAsync(ended);
        return Json<LaneAnswer>.Of(answer);
    }

    /// <inheritdoc/>
    public Task StopAsync(long term)
    {
        lanes.Stop(Job, First, term);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        lanes.Stop(Job, First, long.MaxValue);
        await _ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private string Job => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().LastIndexOf('/')];

    private int First => int.Parse(this.GetPrimaryKeyString().AsSpan(this.GetPrimaryKeyString().LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A lane that has ended needs no activation.</summary>
    private async Task LeaveAfterAsync(Task ended)
    {
        await ended.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        if (_ended == ended)
        {
            DeactivateOnIdle();
        }
    }
}
