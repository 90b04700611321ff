using KafkaRestore.Api;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Metrics;
using KafkaRestore.Offsets.Restoring;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What the jobs of a service share.</summary>
/// <param name="Folders">Where they are kept.</param>
/// <param name="Configuration">Reads what was submitted.</param>
/// <param name="Log">The service's log.</param>
/// <param name="Name">How this node is called.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServedParts(JobFolders Folders, ServedConfiguration Configuration, ConsoleLog Log, string Name, TimeProvider Time)
{
    /// <summary>What holds the state of a job's runs, by the job's id; null: what holds the jobs.</summary>
    public Func<string, IStateFiles>? StateOf { get; init; }

    /// <summary>Carries the lanes of a job's runs out; null: this process does.</summary>
    public Func<ServedRun, LaneRun, ILaneExecution>? Lanes { get; init; }

    /// <summary>Commits offsets of consumer groups for a job, by its id and the folder of its snapshots; null: this process does.</summary>
    public Func<string, string, IConsumerGroups, Action<string>, IGroupCommits>? Groups { get; init; }

    /// <summary>Measures the runs; null: nobody does.</summary>
    public RestoreMetrics? Metrics { get; init; }

    /// <summary>What a run of a job works with.</summary>
    /// <param name="say">Hears of every line, with its level.</param>
    /// <param name="jobId">The job that runs; null for a check alone, which is not measured.</param>
    public JobContext ContextOf(Action<LogLine> say, string? jobId = null) =>
        new(new ConsoleLog(0, ConsoleStyle.Plain, say), Time) { Metrics = Metrics is null || jobId is null ? null : new RunMetrics(Metrics, jobId) };

    /// <summary>The configuration of a job, as it runs here.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="document">What was submitted.</param>
    /// <param name="again">Begin anew whatever is there.</param>
    /// <param name="adopt">Compare with the target from the start.</param>
    /// <param name="purge">Whether records of the target may be deleted.</param>
    /// <exception cref="SubmissionRefused">It is wrong, or asks for what a service does not do.</exception>
    public RestoreConfiguration ConfigurationOf(string id, string document, bool again, bool adopt, bool purge)
    {
        var configuration = Configuration.Read(document);
        var options = configuration.Options;
        return configuration with
        {
            Options = options with
            {
                State = options.State! with { Directory = Folders.StateRoot, Files = StateOf?.Invoke(id) ?? Folders.Files, Again = again, Adopt = adopt },
                Preparation = options.Preparation with { PurgeConfirmed = purge },
            },
        };
    }
}
