using System.Collections.Concurrent;
using KafkaRestore.Cluster.Lanes;
using KafkaRestore.Cluster.Messages;
using Orleans.Concurrency;

namespace KafkaRestore.Cluster.Groups;

/// <inheritdoc/>
[Reentrant, AskedSilo]
[CollectionAgeLimit(Minutes = 2)]
internal sealed class OffsetResetGrain(GroupShareWork shares) : Grain, IOffsetResetGrain
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly ConcurrentQueue<string> _said = new();
    private Task _work = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Json<Outcome<GroupShareResult>>> CommitAsync(Json<GroupShare> share, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token, stop);
        var (job, token) = (Job, either.Token);
        var work = Outcome<GroupShareResult>.OfAsync(async () =>
        {
            var result = await shares.CommitAsync(job, share.Value, _said.Enqueue, token).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext);
            return result with { IsCutOff = _leaving.IsCancellationRequested && result.Failures.Count > 0 };
        });
        _work = Task.WhenAll(_work, work);
        return await work.ConfigureAwait(true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> HearAsync()
    {
        var said = new List<string>();
        while (_said.TryDequeue(out var line))
        {
            said.Add(line);
        }

        return Task.FromResult<IReadOnlyList<string>>(said);
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync().ConfigureAwait(true);
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private string Job => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().LastIndexOf('/')];
}
