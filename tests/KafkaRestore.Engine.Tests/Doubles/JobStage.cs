using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>Runs of one job, one after the other, into a target in memory, with the job's state on disk.</summary>
internal sealed class JobStage : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-job-");
    private int _incarnation;

    public JobStage() => Cluster = new FakeCluster(Sinks);

    public InMemorySinkFactory Sinks { get; } = new();

    public FakeCluster Cluster { get; }

    /// <summary>The settings of the target's topics; null leaves them alone.</summary>
    public FakeTopicSettings? Settings { get; set; }

    /// <summary>A place beside the state.</summary>
    public string Folder => _directory.FullName;

    /// <summary>The folder of the state that the next run finds.</summary>
    public string StateFolder => FolderOf(_incarnation);

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Copies the state as it is now, for <see cref="Forget"/>; while a run works on it too.</summary>
    public void Remember(string files = "*") => StateCopy.Take(StateFolder, FolderOf(_incarnation + 1), files);

    /// <summary>From now on the state is what was remembered last.</summary>
    public void Forget() => _incarnation++;

    /// <summary>What a run of the job is asked for, before a test changes it.</summary>
    public RestoreOptions Options(TestArchive archive) => archive.Options() with
    {
        Preparation = new PreparationOptions { CreateTopics = true },
        Execution = new ExecutionOptions { CheckpointInterval = TimeSpan.FromMilliseconds(1) },
        State = new StateOptions { CheckpointFile = Path.Combine(StateFolder, "job.json") },
    };

    public RestoreJob Job(RestoreOptions options, IArchiveStorage storage) =>
        new(options, storage, Cluster, Sinks, reader: _ => Task.FromResult<ITargetReader>(new InMemoryTargetReader(Sinks)), settings: Settings is null ? null : Settings.OpenAsync);

    /// <summary>Runs the job to its end; the state is closed when it is handed back. No report means that the job was finished.</summary>
    public async Task<JobRun> RunAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions>? change = null, IArchiveStorage? storage = null)
    {
        using var job = Job((change ?? (static same => same))(Options(archive)), storage ?? archive.Storage);
        var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        if (job.State!.IsFinished)
        {
            return new JobRun(null, job.State, null);
        }

        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        Assert.True(preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
        var progress = new RestoreProgress(plan, TimeProvider.System);
        var running = job.RunAsync(plan, preflight, progress, CancellationToken.None);
        await Streams.WithPatienceAsync(running, () => string.Join(", ", progress.Lanes.Select(lane => $"{lane.Lane.Target} {lane.State} {lane.Acknowledged}")));
        return new JobRun(await running, job.State, preflight);
    }

    /// <summary>What stands in a partition of the target.</summary>
    public List<RecordData> Log(string topic, int partition) =>
        [.. Sinks.Log(new TargetPartition(topic, partition)).Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))];

    private string FolderOf(int incarnation) => Path.Combine(_directory.FullName, $"{incarnation}");
}

/// <summary>How a run of a job ended.</summary>
/// <param name="Report">Its report; null when there was nothing to do.</param>
/// <param name="State">Its state, closed.</param>
/// <param name="Preflight">What was found before the first write; null when there was nothing to do.</param>
internal sealed record JobRun(RestoreReport? Report, JobState State, PreflightResult? Preflight);
