using System.Collections.Concurrent;
using System.Diagnostics;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>The broker of this process's integration tests. It keeps records of any age: golden ones are months old.</summary>
internal sealed class Target
{
    private static readonly Lazy<Task<Target>> s_shared = new(StartAsync);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_patienceWithTools = TimeSpan.FromMinutes(10);
    private static int s_suffixes;
    private readonly string _bootstrapServers;

    private Target(string bootstrapServers) => _bootstrapServers = bootstrapServers;

    public static Task<Target> SharedAsync() => s_shared.Value;

    /// <summary>Settings of a topic that takes every timestamp; by default a record may not be more than an hour ahead.</summary>
    public static (string, string)[] AnyTimestamp { get; } = [("message.timestamp.before.max.ms", $"{long.MaxValue}"), ("message.timestamp.after.max.ms", $"{long.MaxValue}")];

    public KafkaConnectionOptions Connection => new() { BootstrapServers = _bootstrapServers.Split(',') };

    /// <summary>What is put behind topic names so that they are this test's own; short, because names go up to 249 characters.</summary>
    public static string NewSuffix() => $"-{Environment.ProcessId % 46_656:x}{Interlocked.Increment(ref s_suffixes):x2}";

    public static MappingOptions Rename(IEnumerable<string> topics, string suffix) =>
        new() { Topics = topics.ToDictionary(topic => topic, topic => topic + suffix) };

    public RestoreOptions Options(string backupId) => new()
    {
        BackupId = backupId,
        Storage = new FileSystemStorageOptions { Path = Golden.Backups },
        Target = Connection,
        Preparation = new PreparationOptions { CreateTopics = true, DefaultReplicationFactor = 1 },
        Headers = new HeaderOptions { Strip = true },
        Execution = new ExecutionOptions { MaxConcurrentLanes = 12 },
    };

    public async Task CreateAsync(string topic, int partitions, params (string Key, string Value)[] settings)
    {
        await using var cluster = new TargetCluster(Connection);
        await cluster.CreateTopicsAsync([new TopicToCreate(topic, partitions, 1, settings.ToDictionary(pair => pair.Key, pair => pair.Value))], CancellationToken.None);
    }

    /// <summary>Plans and checks; runs when the check passes, by the sink that users get.</summary>
    public async Task<Outcome> RestoreAsync(
        RestoreOptions options,
        Action<RestoreProgress, CancellationTokenSource>? meanwhile = null,
        Func<IRecordSinkFactory, IRecordSinkFactory>? around = null)
    {
        await using var storage = StorageFactory.Open(options.Storage);
        await using var cluster = new TargetCluster(Connection);
        await using var chosen = new ChosenSinkFactory(Connection, options.Delivery);
        var job = new RestoreJob(options, storage, cluster, around?.Invoke(chosen) ?? chosen);
        var plan = await job.PlanAsync(CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        if (!preflight.Passed)
        {
            return new Outcome(plan, preflight, null, null);
        }

        using var stop = new CancellationTokenSource();
        var progress = new RestoreProgress(plan, TimeProvider.System);
        meanwhile?.Invoke(progress, stop);
        var running = job.RunAsync(plan, preflight, progress, stop.Token);
        if (await Task.WhenAny(running, Task.Delay(s_patience, CancellationToken.None)) != running)
        {
            Assert.Fail($"{options.BackupId}: no end after {s_patience.TotalSeconds} s: {Describe(progress)}");
        }

        return new Outcome(plan, preflight, await running, progress);
    }

    /// <summary>A partition as librdkafka reads it.</summary>
    public Task<List<RecordData>> ReadAsync(string topic, int partition = 0) =>
        Task.Run(() => ConsumedRecordReader.Read(_bootstrapServers, topic, partition).Select(ToData).ToList());

    /// <summary>
    /// All partitions of many topics as the official Java client reads them, in one start of it; as librdkafka does where there is no
    /// launcher.
    /// </summary>
    public async Task<IReadOnlyDictionary<TargetPartition, List<RecordData>>> ReadAllAsync(IReadOnlyCollection<string> topics)
    {
        var records = new ConcurrentDictionary<TargetPartition, List<RecordData>>();
        if (KafkaFactConditions.Launcher is not { } launcher)
        {
            await using var cluster = new TargetCluster(Connection);
            var found = await cluster.DescribeTopicsAsync(topics, CancellationToken.None);
            foreach (var partition in found.Values.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(id => new TargetPartition(topic.Name, id))))
            {
                records[partition] = await ReadAsync(partition.Topic, partition.Partition);
            }

            return records;
        }

        var directory = Directory.CreateTempSubdirectory("kafka-restore-dump-");
        try
        {
            await RunAsync(launcher, ["dump", _bootstrapServers, directory.FullName, "read_uncommitted", .. topics]);
            foreach (var file in directory.EnumerateFiles("*.jsonl"))
            {
                var name = Path.GetFileNameWithoutExtension(file.Name);
                var dot = name.LastIndexOf('.');
                records[new TargetPartition(name[..dot], int.Parse(name[(dot + 1)..]))] = [.. File.ReadLines(file.FullName).Select(Golden.ParseLine)];
            }

            return records;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Changes a topic's setting with the official tool. Needs the launcher.</summary>
    public Task AlterAsync(string topic, string setting, string value) =>
        RunAsync(KafkaFactConditions.Launcher!, ["tool", "configs", "--bootstrap-server", _bootstrapServers, "--alter", "--entity-type", "topics", "--entity-name", topic, "--add-config", $"{setting}={value}"]);

    private static async Task RunAsync(string launcher, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(launcher, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(s_patienceWithTools);
        Assert.True(process.ExitCode == 0, $"{arguments[0]}: exit {process.ExitCode}: {await output}{await errors}");
    }

    private static RecordData ToData(ConsumedRecord record) => new(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers);

    private static string Describe(RestoreProgress progress) =>
        string.Join("; ", progress.Lanes.Where(lane => lane.State != LaneState.Done).Select(lane => $"{lane.Lane.Target} {lane.State} {lane.Acknowledged} of {lane.Lane.RecordCount} acknowledged"));

    private static async Task<Target> StartAsync() =>
        new(KafkaFactConditions.Bootstrap ?? (await KafkaBrokerLauncher.StartAsync()).BootstrapServers);
}

/// <summary>How a restore went.</summary>
internal sealed record Outcome(RestorePlan Plan, PreflightResult Preflight, RestoreReport? Report, RestoreProgress? Progress)
{
    /// <summary>The report of a run; fails with the findings when there was none.</summary>
    public RestoreReport Ran() => Report ?? throw new InvalidOperationException("refused: " + string.Join(" | ", Preflight.Findings.Select(finding => finding.Describe())));

    /// <summary>The report of a run that did all it was to do, and adds up.</summary>
    public RestoreReport Done()
    {
        var report = Ran();
        Assert.True(report.Status == RestoreStatus.Done, $"{report.Status}: {string.Join(" | ", report.Errors)}");
        Assert.Empty(report.Errors);
        Assert.Equal(report.RecordsPlanned, report.RecordsRestored + report.RecordsSkippedByWindow + report.RecordsDeduplicated + report.ControlRecordsDropped + report.OtherGenerationDropped);
        Assert.Equal(report.RecordsRestored, report.TopicsRestored.Sum(topic => topic.Records));
        Assert.Equal(report.SegmentsPlanned, report.SegmentsProcessed);
        return report;
    }

    public IEnumerable<string> Errors() => Preflight.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => $"{finding.Code} {finding.Where}");
}
