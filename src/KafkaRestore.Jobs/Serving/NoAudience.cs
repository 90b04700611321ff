using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;

namespace KafkaRestore.Jobs.Serving;

/// <summary>Of a check nobody needs to be told but who asked for it.</summary>
internal sealed class NoAudience : IRestoreAudience
{
    public static NoAudience Instance { get; } = new();

    public string HowToGoOn => "Submit it again.";

    public void Opened(JobLocation place)
    {
    }

    public Task<RestoreReport> WatchAsync(Task<RestoreReport> run, RestoreProgress progress) => run;

    public void Report(RestoreReport report)
    {
    }

    public void Finished(JobSummary summary, string file)
    {
    }
}
