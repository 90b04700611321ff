using KafkaRestore.Engine.Limits;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes;

/// <summary>
/// Runs one lane: takes its partition over, compares what stands there, then sends the rest of its stream through the limits into a sink, until everything is
/// acknowledged. A failure ends this lane and no other.
/// </summary>
internal sealed class LaneRunner(LaneWork work, LaneStatus status, IRecordSinkFactory sinks, RestoreLimits limits)
{
    // Records in flight are given time to be acknowledged, so that the report is exact: little after a stop, when a person waits.
    private static readonly TimeSpan SettleAfterStop = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>Runs the lane to its end; never throws, the status says how it ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        status.Begin(work.Start, work.Baseline, work.Counters);
        var state = LaneState.Done;
        RestoreException? failure = null;
        try
        {
            await WriteAsync(stop).ConfigureAwait(false);
            CheckAccounts();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            state = LaneState.Stopped;
        }
        catch (RestoreException known)
        {
            (state, failure) = (LaneState.Failed, known);
        }
        catch (Exception defect)
        {
            (state, failure) = (LaneState.Failed, new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", status.Lane.Target.ToString(), inner: defect));
        }

        try
        {
            await work.Checkpoints.SaveAsync(state, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RestoreException unsaved)
        {
            // What the lane did stands in the target; the next run finds it there.
            (state, failure) = (LaneState.Failed, failure ?? unsaved);
        }

        status.End(state, failure);
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var feed = work.Feed.ConfigureAwait(false);
        var sink = await sinks.OpenAsync(work.SinkLane, work.Journal, stop).ConfigureAwait(false);
        await using var opened = sink.ConfigureAwait(false);
        status.Opened(sink.StartOffset);
        work.Journal.Opened(sink.StartOffset);

        // The baseline must be known to whoever comes next before the first record can be in the log.
        await work.Checkpoints.SaveAsync(LaneState.Running, stop).ConfigureAwait(false);
        var saving = work.Checkpoints.KeepSavingAsync(ending);
        try
        {
            await SendAllAsync(sink, ending.Token).ConfigureAwait(false);
            await sink.FlushAsync(ending.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await SettleAsync(sink, stop.IsCancellationRequested ? SettleAfterStop : SettleAfterFailure, stop).ConfigureAwait(false);
            if (failure is OperationCanceledException)
            {
                // A checkpoint that cannot be written ends the lane by cancelling it, and is the reason; its task may need a moment more to say so.
                await saving.ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAllAsync(IRecordSink sink, CancellationToken stop)
    {
        do
        {
            // What comparing has left of a piece goes first.
            if (work.Feed.Block is not null)
            {
                await SendAsync(sink, work.Feed.TakeAll(), stop).ConfigureAwait(false);
            }
        }
        while (await work.Feed.MoveNextAsync(comparing: false, stop).ConfigureAwait(false));
    }

    private async Task SendAsync(IRecordSink sink, RecordBlock block, CancellationToken stop)
    {
        if (!limits.Any)
        {
            status.AddSent(block.Count);
            await sink.SendAsync(block, stop).ConfigureAwait(false);
            return;
        }

        var left = block;
        try
        {
            while (left is not null)
            {
                var from = status.Now;
                var (granted, rest) = await limits.NextAsync(left, stop).ConfigureAwait(false);
                status.AddLimiterWait(from);
                left = rest;
                status.AddSent(granted.Count);
                await sink.SendAsync(granted, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            left?.Dispose();
        }
    }

    private static async Task SettleAsync(IRecordSink sink, TimeSpan time, CancellationToken stop)
    {
        using var deadline = stop.IsCancellationRequested ? new CancellationTokenSource() : CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(time);
        try
        {
            await sink.FlushAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RestoreException or OperationCanceledException)
        {
            // The lane already ends for the first reason; what was acknowledged has been reported.
        }
    }

    /// <summary>Success is what adds up: every record of every segment acknowledged or left out for a counted reason.</summary>
    private void CheckAccounts()
    {
        if (status.Acknowledged + status.LeftOutBySink != status.Sent)
        {
            throw new RestoreException(ErrorCodes.Internal, $"{status.Sent} records were sent, {status.Acknowledged} acknowledged and {status.LeftOutBySink} left out", status.Lane.Target.ToString());
        }

        if (work.RecordsPlanned is { } planned && status.AccountedFor != planned)
        {
            throw new RestoreException(ErrorCodes.Internal, $"{status.AccountedFor} records are accounted for, the manifest counts {planned}", status.Lane.Target.ToString());
        }
    }
}
