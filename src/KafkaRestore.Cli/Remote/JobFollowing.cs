using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary>Follows a job of a service to its end. A service that is away for a while is waited for.</summary>
internal sealed class JobFollowing(IRestoreService service, CommandContext context)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Follows it, then prints what became of it.</summary>
    /// <param name="id">The job.</param>
    /// <param name="format">How the result is written.</param>
    /// <param name="shows">Whether its way is shown, not only its end.</param>
    /// <param name="stop">Ends the following; the job goes on.</param>
    /// <returns>The exit code that a local run would have ended with.</returns>
    public async Task<ExitCode> RunAsync(string id, OutputFormat format, bool shows, CancellationToken stop)
    {
        JobInfo job;
        try
        {
            using IJobDisplay display = !shows ? new SilentDisplay() : context.Log.Style.Moving ? new LiveDisplay(context.Log) : new LineDisplay(context.Log, context.Time);
            job = await FollowAsync(id, display, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new RestoreException(ErrorCodes.Stopped, "no longer watched; the job goes on", id, $"`kafka-restore watch {id}` shows it again, `kafka-restore cancel {id}` ends it.");
        }

        context.Result.Write(job, format, value => JobText.Of(value, context.Result.Style));
        return job.ExitCode is { } exit && Enum.IsDefined((ExitCode)exit) ? (ExitCode)exit : job.State == JobState.Cancelled ? ExitCode.Stopped : ExitCode.Unexpected;
    }

    private async Task<JobInfo> FollowAsync(string id, IJobDisplay display, CancellationToken stop)
    {
        long? last = null;
        var away = context.Time.GetTimestamp();
        var isAway = false;
        while (true)
        {
            try
            {
                await foreach (var told in service.EventsAsync(id, last, stop).ConfigureAwait(false))
                {
                    (last, isAway, away) = (told.Number, false, context.Time.GetTimestamp());
                    display.Show(told, told.Kind == JobEventKind.Progress && display.Lanes > 0 ? await LanesAsync(id, display.Lanes, stop).ConfigureAwait(false) : null);
                    if (told is { Kind: JobEventKind.State, Job: { } job } && job.State.HasEnded())
                    {
                        return await service.GetAsync(id, stop).ConfigureAwait(false);
                    }
                }
            }
            catch (RestoreException failure) when (failure.Code == ErrorCodes.ServerUnreachable && context.Time.GetElapsedTime(away) < Patience && last is not null)
            {
                if (!isAway)
                {
                    context.Log.Warning($"{failure.Message}; it is waited for up to {Show.Duration(Patience)}");
                    isAway = true;
                }
            }

            // The stream also ends in order when the service does.
            await Task.Delay(Pause, context.Time, stop).ConfigureAwait(false);
        }
    }

    private async Task<LaneList?> LanesAsync(string id, int most, CancellationToken stop)
    {
        try
        {
            return await service.LanesAsync(id, new LaneQuery(null, 0, most), stop).ConfigureAwait(false);
        }
        catch (RestoreException)
        {
            return null; // the stream says it if the service is away
        }
    }
}
