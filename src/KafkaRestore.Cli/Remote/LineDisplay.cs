using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cli.Remote;

/// <summary>Where nothing can move: what the job says, its states, and a line of progress every ten seconds.</summary>
internal sealed class LineDisplay(ConsoleLog log, TimeProvider time) : IJobDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private JobState? _state;
    private long _shown = time.GetTimestamp();

    public int Lanes => 0;

    public void Show(JobEvent told, LaneList? lanes)
    {
        switch (told.Kind)
        {
            case JobEventKind.Message:
                Say(log, told);
                break;
            case JobEventKind.State when told.Job is { } job && job.State != _state:
                _state = job.State;
                log.Message($"{job.Id}: {JobText.Word(job.State)}");
                break;
            case JobEventKind.Progress when time.GetElapsedTime(_shown) >= Interval && told.Job?.Progress is { } progress:
                _shown = time.GetTimestamp();
                log.Message($"{JobText.Of(progress)}  {JobText.Of(progress.Lanes)}");
                if (progress.Waiting is { } waiting)
                {
                    log.Warning(waiting);
                }

                break;
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Says a line of a job as its level wants it.</summary>
    internal static void Say(ConsoleLog log, JobEvent told)
    {
        switch (told.Level)
        {
            case "error":
                log.Error(told.Text!);
                break;
            case "warning":
                log.Warning(told.Text!);
                break;
            default:
                log.Message(told.Text!);
                break;
        }
    }
}
