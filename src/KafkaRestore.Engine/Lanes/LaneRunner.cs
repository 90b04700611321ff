using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Limits;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes;

/// <summary>
/// Runs one lane: its stream through the limits into a sink, until everything is acknowledged. A failure ends this lane and no other.
/// </summary>
internal sealed class LaneRunner(LaneStream stream, LaneStatus status, IRecordSinkFactory sinks, SinkLane sinkLane, RestoreLimits limits, bool trustSegments)
{
    // Records in flight are given time to be acknowledged, so that the report is exact: little after a stop, when a person waits.
    private static readonly TimeSpan SettleAfterStop = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>Runs the lane to its end; never throws, the status says how it ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        status.Begin(sinkLane.ExpectedOffset, stream.Counters);
        try
        {
            await WriteAsync(stop).ConfigureAwait(false);
            status.End(LaneState.Done);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            status.End(LaneState.Stopped);
        }
        catch (RestoreException failure)
        {
            status.End(LaneState.Failed, failure);
        }
        catch (Exception defect)
        {
            status.End(LaneState.Failed, new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", sinkLane.Target.ToString(), inner: defect));
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        var sink = await sinks.OpenAsync(sinkLane, status, stop).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            status.Opened(sink.StartOffset);
            try
            {
                await foreach (var (block, _) in stream.ReadAsync(stop).ConfigureAwait(false))
                {
                    if (block is not null)
                    {
                        await SendAsync(sink, block, stop).ConfigureAwait(false);
                    }
                }

                await sink.FlushAsync(stop).ConfigureAwait(false);
            }
            catch
            {
                await SettleAsync(sink, stop.IsCancellationRequested ? SettleAfterStop : SettleAfterFailure, stop).ConfigureAwait(false);
                throw;
            }
        }

        CheckAccounts();
    }

    private async Task SendAsync(IRecordSink sink, Records.Layout.RecordBlock block, CancellationToken stop)
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
                var (granted, rest) = await limits.NextAsync(left, stop).ConfigureAwait(false);
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
        if (status.Acknowledged != status.Sent)
        {
            throw new RestoreException(ErrorCodes.Internal, $"{status.Sent} records were sent and {status.Acknowledged} acknowledged", sinkLane.Target.ToString());
        }

        var planned = status.Lane.RecordCount;
        if (status.AccountedFor != planned && !trustSegments)
        {
            throw new RestoreException(ErrorCodes.Internal, $"{status.AccountedFor} records are accounted for, the manifest counts {planned}", sinkLane.Target.ToString());
        }
    }
}
