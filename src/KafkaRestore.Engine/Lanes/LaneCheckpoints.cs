using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes;

/// <summary>Where a lane's checkpoints go.</summary>
internal interface ILaneStore
{
    /// <summary>Keeps a checkpoint, atomically and durably: its map chunks first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE; the checkpoint before is still there.</exception>
    Task SaveAsync(LaneSnapshot snapshot, LaneState state, bool cleanStop, CancellationToken cancellationToken);
}

/// <summary>Writes a lane's checkpoints: every few seconds, and when map chunks pile up.</summary>
/// <param name="store">Where they go; null keeps none.</param>
/// <param name="journal">What they say.</param>
/// <param name="interval">How long between two.</param>
/// <param name="time">The clock.</param>
internal sealed class LaneCheckpoints(ILaneStore? store, LaneJournal journal, TimeSpan interval, TimeProvider time)
{
    private readonly SemaphoreSlim _saving = new(1, 1);

    /// <summary>Writes one now.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public async Task SaveAsync(LaneState state, CancellationToken cancellationToken)
    {
        if (store is null)
        {
            return;
        }

        await _saving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var snapshot = journal.Snapshot();

            // Whoever finds the checkpoint of a lane at work does not know what it sent afterwards.
            await store.SaveAsync(snapshot, state, cleanStop: state != LaneState.Running && journal.IsQuiet, cancellationToken).ConfigureAwait(false);
            journal.Confirm(snapshot);
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Writes one in each interval until <paramref name="ending"/> is cancelled; when one cannot be written, cancels it and fails.</summary>
    public async Task KeepSavingAsync(CancellationTokenSource ending)
    {
        if (store is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                await SaveAsync(LaneState.Running, ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The lane ends; its last checkpoint is written by whoever ends it.
        }
        catch
        {
            await ending.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
