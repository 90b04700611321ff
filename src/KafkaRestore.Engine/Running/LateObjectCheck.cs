using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>Looks for the objects that a run needs later while it goes on: a person should hear of a lost one before its lane gets there.</summary>
internal sealed class LateObjectCheck(RestoreOptions options, IArchiveStorage storage, RestoreProgress progress, TimeProvider time)
{
    // The lanes come first: a million questions to a local disk would take a processor from them just when they begin.
    private const int AtOnce = 4;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private const int MostTold = 50;
    private int _found;

    /// <summary>Looks for all of them, or until the lanes have ended. Never fails: what matters to a lane, the lane says itself.</summary>
    public async Task RunAsync(IEnumerable<NeededSegment> segments, CancellationToken ended)
    {
        try
        {
            await Task.Delay(Grace, time, ended).ConfigureAwait(false);
            await new ObjectCheck(options, storage).RunAsync(segments, AtOnce, Tell, ended).ConfigureAwait(false);
            if (_found > MostTold)
            {
                progress.Warn($"{_found - MostTold} more objects are missing or have another size");
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The lanes have found what they needed themselves.
        }
        catch (RestoreException failure)
        {
            progress.Warn($"not all objects that are needed later could be looked for: {failure.Describe()}");
        }
    }

    private void Tell(Finding finding)
    {
        if (Interlocked.Increment(ref _found) <= MostTold)
        {
            progress.Warn(finding.Severity == Severity.Error
                ? (finding with { Hint = "Bring it back before its partition gets there; that partition stops there, the others go on." }).Describe()
                : finding.Describe());
        }
    }
}
