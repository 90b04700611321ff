using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Bench;

/// <summary>
/// What checkpoints cost: the same restore with its state on disk, as usual, and without any, in turn, in one process and into one broker. What counts is the ratio of
/// the medians, beside how far the rounds of one kind scatter.
/// </summary>
internal sealed class CheckpointsVerb : BenchVerb
{
    public override string Name => "checkpoints";

    public override string Usage =>
        "checkpoints --path DIR --bootstrap HOST:PORT --state-dir DIR [--id bench] [--topic bench] [--lanes 4] [--memory-mib 256] [--rounds 5]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var stateDirectory = Path.GetFullPath(arguments.Text("state-dir"));
        var topic = arguments.Text("topic", "bench");
        var restore = new RestoreOptions
        {
            Storage = new FileSystemStorageOptions { Path = arguments.Text("path") },
            BackupId = arguments.Text("id", "bench"),
            Target = new KafkaConnectionOptions { BootstrapServers = [arguments.Text("bootstrap")] },
            Selection = new SelectionOptions { Include = [topic] },
            Preparation = new PreparationOptions { CreateTopics = true },
            Execution = new ExecutionOptions
            {
                MaxConcurrentLanes = (int)arguments.Number("lanes", 4, least: 1),
                MemoryBudgetBytes = arguments.Number("memory-mib", 256, least: 1) << 20,
            },
        };
        var rounds = arguments.Number("rounds", 5, least: 1);
        arguments.Done();

        // The first run of a process is slower than all others, and counts for neither.
        _ = await MeasureAsync(restore, topic, $"warm-{Environment.ProcessId}", null, cancellationToken).ConfigureAwait(false);
        var (with, without) = (new List<Figures>(), new List<Figures>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var keeps in round % 2 == 0 ? new[] { true, false } : [false, true])
            {
                var name = $"checkpoints-{Environment.ProcessId}-{round}-{(keeps ? "with" : "without")}";
                var figures = await MeasureAsync(restore, topic, name, keeps ? stateDirectory : null, cancellationToken).ConfigureAwait(false);
                (keeps ? with : without).Add(figures);
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}, {(keeps ? "with state   " : "without state")}: {figures.RecordsPerSecond:F0} records/s, CPU {figures.CpuSeconds:F2} s")).ConfigureAwait(false);
            }
        }

        await WriteAsync(output, "records/s", with, without, static figures => figures.RecordsPerSecond).ConfigureAwait(false);
        await WriteAsync(output, "CPU", with, without, static figures => figures.CpuSeconds).ConfigureAwait(false);
    }

    private static Task WriteAsync(TextWriter output, string what, List<Figures> with, List<Figures> without, Func<Figures, double> of)
    {
        var (kept, none) = (Sorted(with), Sorted(without));
        var pairs = with.Zip(without, (a, b) => of(a) / of(b)).Order().ToList();
        return output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: median with state / median without {Median(kept) / Median(none):F3}; within a round {pairs[0]:F2} to {pairs[^1]:F2}, median {Median(pairs):F3}; rounds from {kept[0] / Median(kept):F2} to {kept[^1] / Median(kept):F2} of their median with, from {none[0] / Median(none):F2} to {none[^1] / Median(none):F2} without"));

        List<double> Sorted(List<Figures> figures) => [.. figures.Select(of).Order()];
    }

    private static double Median(List<double> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;

    /// <summary>From opening the job to its report: what state costs before the first record and after the last one counts.</summary>
    private static async Task<Figures> MeasureAsync(RestoreOptions restore, string topic, string target, string? stateDirectory, CancellationToken cancellationToken)
    {
        var options = restore with
        {
            Mapping = new MappingOptions { Topics = new Dictionary<string, string> { [topic] = target } },
            State = stateDirectory is null ? null : new StateOptions { Directory = stateDirectory },
        };
        var storage = StorageFactory.Open(options.Storage);
        await using var storageClosed = storage.ConfigureAwait(false);
        var cluster = new TargetCluster(options.Target);
        await using var clusterClosed = cluster.ConfigureAwait(false);
        var sinks = new ChosenSinkFactory(options.Target, options.Delivery);
        await using var sinksClosed = sinks.ConfigureAwait(false);
        using var job = new RestoreJob(options, storage, cluster, sinks);
        var planned = await job.PlanAsync(cancellationToken).ConfigureAwait(false);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var plan = await job.OpenAsync(planned, cancellationToken).ConfigureAwait(false);
        var preflight = await job.CheckAsync(plan, cancellationToken).ConfigureAwait(false);
        if (!preflight.Passed)
        {
            throw new InvalidOperationException(string.Join("; ", preflight.Findings.Select(finding => finding.Describe())));
        }

        var report = await job.RunAsync(plan, preflight, new RestoreProgress(plan, TimeProvider.System), cancellationToken).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        return report.Status == RestoreStatus.Done
            ? new Figures(report.RecordsRestored / seconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds)
            : throw new InvalidOperationException(string.Join("; ", report.Errors));
    }

    private sealed record Figures(double RecordsPerSecond, double CpuSeconds);
}
