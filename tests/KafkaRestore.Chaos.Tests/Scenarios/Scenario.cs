using KafkaRestore.Archive.Storage;
using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>One restore by the program, from an archive of its own into topics of its own, with its state in a directory of its own.</summary>
internal sealed partial class Scenario : IAsyncDisposable
{
    private const int UsualRecords = 2_000;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-restore-chaos-");
    private readonly TargetCluster _cluster;
    private int _configurations;

    private Scenario(KafkaBroker broker, Recipe recipe, IReadOnlyList<string> topics, IReadOnlyList<SourcePartition> sources)
    {
        Broker = broker;
        Recipe = recipe;
        Topics = topics;
        Lanes = ExpectedLane.Of(recipe, sources, topics);
        BootstrapServers = broker.BootstrapServers;
        StateDirectory = PathOf("state");
        StorageDirectory = Directory.CreateDirectory(PathOf("storage")).FullName;
        StorageKeys = ["backend: filesystem", $"path: {StorageDirectory}"];
        _cluster = new TargetCluster(broker.Connection);
    }

    public KafkaBroker Broker { get; }

    public Recipe Recipe { get; }

    /// <summary>The target topics.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>What must stand in the target in the end.</summary>
    public IReadOnlyList<ExpectedLane> Lanes { get; }

    /// <summary>Records that are to be restored.</summary>
    public int Records => Lanes.Sum(lane => lane.Stream.Count);

    /// <summary>The archive's storage on disk.</summary>
    public string StorageDirectory { get; }

    /// <summary>The archive's id.</summary>
    public string BackupId { get; set; } = "chaos";

    /// <summary>Where the program finds the target.</summary>
    public string BootstrapServers { get; set; }

    /// <summary>Further keys of <c>target:</c>.</summary>
    public IReadOnlyList<string> TargetKeys { get; set; } = [];

    /// <summary>Where the program keeps its state.</summary>
    public string StateDirectory { get; set; }

    /// <summary>The keys of <c>storage:</c>.</summary>
    public IReadOnlyList<string> StorageKeys { get; set; }

    /// <summary>How fast a slow run is; by default one of the usual size takes some seconds.</summary>
    public int RecordsPerSecond { get; set; } = 600;

    /// <summary>The key that makes a run slow.</summary>
    public string Slowly => $"rate_limit_records_per_sec: {RecordsPerSecond}";

    /// <summary>Whether the entries of mappings are written in the opposite order, which means the same.</summary>
    public bool ReversesMappings { get; set; }

    /// <summary>Environment variables of every run.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Makes archive and target topics.</summary>
    /// <param name="broker">The target.</param>
    /// <param name="recipe">What kind of restore.</param>
    /// <param name="seed">Where the archive's content comes from; null: the test run's seed.</param>
    /// <param name="records">About how many records the archive holds.</param>
    /// <param name="replicas">Of each target partition; -1: the brokers' default.</param>
    public static async Task<Scenario> CreateAsync(KafkaBroker broker, Recipe recipe, int? seed = null, int records = UsualRecords, short replicas = -1)
    {
        var random = new Random(seed ?? ChaosSettings.Seed);
        var topics = new List<string>();
        foreach (var _ in recipe.Topics.Select(recipe.TargetTopicOf).Distinct())
        {
            topics.Add(await broker.CreateTopicAsync(recipe.TargetPartitions, replicationFactor: replicas));
        }

        var sources = recipe.MakeSources(random, records);
        var scenario = new Scenario(broker, recipe, topics, sources);
        await scenario.WriteArchiveAsync(random);
        return scenario;
    }

    /// <summary>Writes what the sources hold as the archive <see cref="BackupId"/>.</summary>
    /// <param name="random">Where segments are cut.</param>
    public async Task WriteArchiveAsync(Random random)
    {
        await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = StorageDirectory });
        await ChaosArchive.WriteAsync(storage, BackupId, Lanes.SelectMany(lane => lane.Sources).Distinct(), random);
    }

    /// <summary>A path for something of this scenario's own.</summary>
    public string PathOf(string name) => Path.Combine(_root.FullName, name);

    /// <summary>Starts the program.</summary>
    /// <param name="keys">Further lines of <c>restore:</c>, such as limits.</param>
    /// <param name="flags">Further flags.</param>
    public RestoreProcess Start(IEnumerable<string>? keys = null, params string[] flags) =>
        RestoreProcess.Start(["restore", "--config", Configure(keys ?? []), "--format", "json", "--state-dir", StateDirectory, .. flags], Environment);

    /// <summary>Starts the program so that it takes some seconds, and gives it once every lane is writing.</summary>
    public async Task<RestoreProcess> StartWritingAsync(IEnumerable<string>? keys = null, params string[] flags)
    {
        var program = Start([Slowly, .. keys ?? []], flags);
        await UntilWritingAsync(program);
        return program;
    }

    /// <summary>
    /// Starts a restore, and kills it in the middle: every lane has noted some of its records, has written more behind them, and has not ended.
    /// </summary>
    public async Task KillInTheMiddleAsync()
    {
        // What is noted while the program stands still is surely less than what it has written at the kill.
        var noted = PathOf("noted-state");
        await using var program = Start([Slowly, "checkpoint_interval_secs: 1"]);
        await Watch.UntilAsync("every lane has noted records", () => Task.FromResult(LaneFiles.Read(StateDirectory).Count(lane => lane.Records > 0) == Lanes.Count), program);
        await program.StopAsync();
        Copies.Directory(StateDirectory, noted);
        await program.WakeAsync();
        await UntilWritingAsync(program);
        Assert.True(await program.KillAsync(), $"the program ended before it was killed; it said:\n{program.Said}");
        StateDirectory = noted;
    }

    /// <summary>Runs the program to its end.</summary>
    public async Task<RestoreResult> RunAsync(IEnumerable<string>? keys = null, params string[] flags)
    {
        await using var program = Start(keys, flags);
        return await program.EndAsync();
    }

    /// <summary>Begin and end of each target partition's log, in the order of <see cref="Lanes"/>.</summary>
    public async Task<IReadOnlyList<PartitionRange>> RangesAsync()
    {
        var ranges = await _cluster.ReadRangesAsync([.. Lanes.Select(lane => lane.Target)], CancellationToken.None);
        return [.. Lanes.Select(lane => ranges[lane.Target])];
    }

    /// <summary>End of each target partition's log, in the order of <see cref="Lanes"/>.</summary>
    public async Task<IReadOnlyList<long>> EndsAsync() => [.. (await RangesAsync()).Select(range => range.End)];

    /// <summary>Waits until every lane has written some records beyond where its log ends now; control markers alone are not enough.</summary>
    public async Task UntilWritingAsync(RestoreProcess program)
    {
        const int some = 20;
        var before = await EndsAsync();
        await Watch.UntilAsync($"every partition of {string.Join(", ", Topics)} grows", async () => (await EndsAsync()).Zip(before).All(pair => pair.First > pair.Second + some), program);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _root.Delete(recursive: true);
    }

    /// <summary>Writes a configuration and gives its path.</summary>
    public string Configure(IEnumerable<string> keys)
    {
        var mapping = Recipe.Topics.Select(topic => $"{topic}: {Topics[Recipe.TargetTopicOf(topic)]}");
        var path = PathOf($"restore-{Interlocked.Increment(ref _configurations)}.yaml");
        File.WriteAllText(path, $"""
            mode: restore
            backup_id: {BackupId}
            target:
              {string.Join("\n  ", [$"bootstrap_servers: [\"{BootstrapServers.Replace(",", "\", \"", StringComparison.Ordinal)}\"]", .. TargetKeys])}
            storage:
              {string.Join("\n  ", StorageKeys)}
            restore:
              {string.Join("\n  ", [$"topic_mapping: {{{string.Join(", ", ReversesMappings ? mapping.Reverse() : mapping)}}}", .. Recipe.Keys(Topics), .. keys])}

            """);
        return path;
    }
}
