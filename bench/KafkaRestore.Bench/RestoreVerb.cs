using System.Globalization;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Bench;

/// <summary>
/// Restores an archive with the built program, as a process of its own, and runs a producer benchmark beside it on the same broker with the same
/// codec, in turn: what counts is the ratio within a round.
/// </summary>
internal sealed class RestoreVerb : BenchVerb
{
    public override string Name => "restore";

    public override string Usage =>
        "restore --path DIR --bootstrap HOST:PORT --program PATH/kafka-restore [--id bench] [--topic bench] [--yardstick 'COMMAND of producer-perf-test'] [--value-size 1000] [--lanes 4] [--codec lz4] [--memory 256MiB] [--rounds 3]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var path = arguments.Text("path");
        var id = arguments.Text("id", "bench");
        var source = arguments.Text("topic", "bench");
        var bootstrap = arguments.Text("bootstrap");
        var codec = arguments.Text("codec", "lz4");
        var rounds = arguments.Number("rounds", 3, least: 1);
        var program = new RestoreProgram(arguments.Text("program"), path, id, source, bootstrap, codec, arguments.Number("lanes", 4, least: 1), arguments.Text("memory", "256MiB"));
        var yardstick = new Yardstick(arguments.Text("yardstick", ""), bootstrap, codec, arguments.Number("value-size", 1_000, least: 1));
        arguments.Done();

        var (records, partitions) = await CountAsync(path, id, source, cancellationToken).ConfigureAwait(false);
        var ratios = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            var beside = await MeasureYardstickAsync(yardstick, bootstrap, $"yardstick-{Environment.ProcessId}-{round}", partitions, records, cancellationToken).ConfigureAwait(false);
            var run = await program.RunAsync($"restored-{Environment.ProcessId}-{round}", cancellationToken).ConfigureAwait(false);
            var line = string.Create(CultureInfo.InvariantCulture,
                $"round {round}: restore {run.RecordsPerSecond:F0} records/s, {run.BytesPerSecond / 1e6:F0} MB/s, peak RSS {run.PeakBytes / 1e6:F0} MB, CPU {run.CpuSeconds:F1} s");
            if (beside is { } figure)
            {
                ratios.Add(run.RecordsPerSecond / figure);
                line += string.Create(CultureInfo.InvariantCulture, $"; producer-perf-test {figure:F0} records/s; ratio {ratios[^1]:F2}");
            }

            await output.WriteLineAsync(line).ConfigureAwait(false);
        }

        if (ratios.Count > 0)
        {
            ratios.Sort();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios[ratios.Count / 2]:F2} over {ratios.Count} rounds")).ConfigureAwait(false);
        }
    }

    private static async Task<(long Records, int Partitions)> CountAsync(string path, string id, string topic, CancellationToken cancellationToken)
    {
        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = path });
        await using (storage.ConfigureAwait(false))
        {
            var manifest = await ManifestReader.ReadAsync(storage, id, cancellationToken).ConfigureAwait(false);
            var found = manifest.Topics.SingleOrDefault(candidate => candidate.Name == topic) ?? throw new ArgumentException($"the archive has no topic '{topic}'");
            return (found.Partitions.Sum(partition => partition.Segments.Sum(segment => segment.RecordCount)), found.PartitionCount);
        }
    }

    private static async Task<double?> MeasureYardstickAsync(Yardstick yardstick, string bootstrap, string topic, int partitions, long records, CancellationToken cancellationToken)
    {
        if (!yardstick.IsGiven)
        {
            return null;
        }

        var cluster = new TargetCluster(new KafkaConnectionOptions { BootstrapServers = [bootstrap] });
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.CreateTopicsAsync([new TopicToCreate(topic, partitions, -1, new Dictionary<string, string>())], cancellationToken).ConfigureAwait(false);
        }

        return await yardstick.RunAsync(topic, records, cancellationToken).ConfigureAwait(false);
    }
}
