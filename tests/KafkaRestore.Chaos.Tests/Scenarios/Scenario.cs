using KafkaRestore.Archive.Storage;
using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>One restore by the program, from an archive of its own into a topic of its own, with its state in a directory of its own.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    private const string BackupId = "chaos";
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-restore-chaos-");
    private readonly TargetCluster _cluster;
    private int _configurations;

    private Scenario(KafkaBroker broker, Recipe recipe, string topic, IReadOnlyList<SourcePartition> sources)
    {
        Broker = broker;
        Recipe = recipe;
        Topic = topic;
        Sources = sources;
        Lanes = ExpectedLane.Of(recipe, sources);
        BootstrapServers = broker.BootstrapServers;
        StateDirectory = PathOf("state");
        StorageKeys = ["backend: filesystem", $"path: {PathOf("storage")}"];
        _cluster = new TargetCluster(broker.Connection);
    }

    public KafkaBroker Broker { get; }

    public Recipe Recipe { get; }

    /// <summary>The target topic.</summary>
    public string Topic { get; }

    public IReadOnlyList<SourcePartition> Sources { get; }

    public IReadOnlyList<ExpectedLane> Lanes { get; }

    /// <summary>Records that are to be restored.</summary>
    public int Records => Lanes.Sum(lane => lane.Stream.Count);

    /// <summary>Where the program finds the target.</summary>
    public string BootstrapServers { get; set; }

    /// <summary>Where the program keeps its state unless a run is told otherwise.</summary>
    public string StateDirectory { get; set; }

    /// <summary>The keys of <c>storage:</c>.</summary>
    public IReadOnlyList<string> StorageKeys { get; set; }

    /// <summary>Environment variables of every run.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Makes archive and target topic.</summary>
    /// <param name="broker">The target.</param>
    /// <param name="recipe">What kind of restore.</param>
    /// <param name="seed">Where the archive's content comes from.</param>
    /// <param name="records">About how many records the archive holds.</param>
    /// <param name="settings">Settings of the target topic.</param>
    public static async Task<Scenario> CreateAsync(KafkaBroker broker, Recipe recipe, int seed, int records = 4_000, IReadOnlyDictionary<string, string>? settings = null)
    {
        var random = new Random(seed);
        var scenario = new Scenario(broker, recipe, await broker.CreateTopicAsync(recipe.TargetPartitions, settings), recipe.MakeSources(random, records));
        await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = Directory.CreateDirectory(scenario.PathOf("storage")).FullName });
        await ChaosArchive.WriteAsync(storage, BackupId, scenario.Sources, random);
        return scenario;
    }

    public string PathOf(string name) => Path.Combine(_root.FullName, name);

    /// <summary>Starts the program.</summary>
    /// <param name="keys">Further lines of <c>restore:</c>, such as limits.</param>
    /// <param name="flags">Further flags.</param>
    public RestoreProcess Start(IEnumerable<string>? keys = null, params string[] flags) =>
        RestoreProcess.Start(["restore", "--config", Configure(keys ?? []), "--format", "json", "--state-dir", StateDirectory, .. flags], Environment);

    /// <summary>Runs the program to its end.</summary>
    public async Task<RestoreResult> RunAsync(IEnumerable<string>? keys = null, params string[] flags)
    {
        await using var program = Start(keys, flags);
        return await program.EndAsync();
    }

    /// <summary>Writes a configuration and gives its path.</summary>
    public string Configure(IEnumerable<string> keys)
    {
        var path = PathOf($"restore-{++_configurations}.yaml");
        File.WriteAllText(path, $"""
            mode: restore
            backup_id: {BackupId}
            target:
              bootstrap_servers: ["{BootstrapServers.Replace(",", "\", \"", StringComparison.Ordinal)}"]
            storage:
              {string.Join("\n  ", StorageKeys)}
            restore:
              {string.Join("\n  ", [$"topic_mapping: {{{string.Join(", ", Recipe.Topics.Select(topic => $"{topic}: {Topic}"))}}}", .. Recipe.Keys, .. keys])}

            """);
        return path;
    }

    /// <summary>Begin and end of each target partition's log.</summary>
    public async Task<IReadOnlyList<PartitionRange>> RangesAsync()
    {
        var partitions = Enumerable.Range(0, Recipe.TargetPartitions).Select(partition => new TargetPartition(Topic, partition)).ToList();
        var ranges = await _cluster.ReadRangesAsync(partitions, CancellationToken.None);
        return [.. partitions.Select(partition => ranges[partition])];
    }

    /// <summary>End of each target partition's log.</summary>
    public async Task<IReadOnlyList<long>> EndsAsync() => [.. (await RangesAsync()).Select(range => range.End)];

    /// <summary>Waits until every lane has written some records beyond where its log ends now; control markers do not count for some.</summary>
    public async Task UntilWritingAsync(RestoreProcess program)
    {
        const int markers = 3;
        var before = await EndsAsync();
        await Watch.UntilAsync($"every partition of {Topic} grows", async () => (await EndsAsync()).Zip(before).All(pair => pair.First > pair.Second + markers), program);
    }

    /// <summary>The official client finds in the target what the archive holds, each record once and in order, and the offset maps say where.</summary>
    public async Task MustBeExactAsync()
    {
        var found = await DumpAsync();
        MustHoldExactly(found);
        await MapJudge.JudgeAsync(this, found);
    }

    /// <summary>The target's records by partition, as the official client reads them.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<ConsumedRecord>>> DumpAsync()
    {
        var dump = await ConsumedRecordDump.ReadAsync(Broker.BootstrapServers, Topic);
        return [.. Enumerable.Range(0, Recipe.TargetPartitions).Select(partition => dump.GetValueOrDefault(partition, []))];
    }

    /// <summary>Every lane, or those of the named partitions, holds its stream.</summary>
    public void MustHoldExactly(IReadOnlyList<IReadOnlyList<ConsumedRecord>> found, params int[] partitions)
    {
        foreach (var lane in Lanes.Where(lane => partitions.Length == 0 || partitions.Contains(lane.Partition)))
        {
            LogJudge.Judge($"{Topic}/{lane.Partition}", [.. lane.Stream.Select(item => item.Record)], found[lane.Partition]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _root.Delete(recursive: true);
    }
}
