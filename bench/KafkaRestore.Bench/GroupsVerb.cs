using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Bench;

/// <summary>
/// Sets the offsets of many groups: the official tool over all groups at once and ours, in fresh processes and again in the same one, in turns, because brokers get faster while they are used.
/// What counts is translating and committing; reading what was there before and reading back stand beside it, and everything is checked by reading back.
/// </summary>
internal sealed class GroupsVerb : BenchVerb
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public override string Name => "groups";

    public override string Usage =>
        "groups --bootstrap HOST:PORT[,...] [--tool kafka-consumer-groups.sh] [--groups 500] [--partitions 20] [--at-once 100] [--turns 3] [--rounds 5] [--run-length 1000] [--topic NAME] [--only reset|straight]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var bench = new Setting(
            arguments.Text("bootstrap"),
            arguments.Text("topic", string.Create(CultureInfo.InvariantCulture, $"groups-{Environment.ProcessId}")),
            (int)arguments.Number("groups", 500, least: 1),
            (int)arguments.Number("partitions", 20, least: 1),
            (int)arguments.Number("at-once", 100, least: 1),
            (int)arguments.Number("rounds", 5, least: 1),
            (int)arguments.Number("run-length", 1_000, least: 1));
        var (tool, only) = (arguments.Text("tool", ""), arguments.Text("only", "all"));
        var turns = arguments.Number("turns", 3, least: 1);
        arguments.Done();
        switch (only)
        {
            case "reset":
                await MeasureAsync(bench, isStraight: false, output, cancellationToken).ConfigureAwait(false);
                break;
            case "straight":
                await MeasureAsync(bench with { Rounds = 1 }, isStraight: true, output, cancellationToken).ConfigureAwait(false);
                break;
            case "all":
                await PrepareAsync(bench, cancellationToken).ConfigureAwait(false);
                for (var turn = 0; turn < turns; turn++)
                {
                    await CompareAsync(bench, tool, output, cancellationToken).ConfigureAwait(false);
                }

                break;
            default:
                throw new ArgumentException($"--only {only} is neither reset nor straight");
        }
    }

    private static async Task CompareAsync(Setting bench, string tool, TextWriter output, CancellationToken cancellationToken)
    {
        var stock = tool.Length == 0 ? (double?)null : await StockAsync(bench, tool, cancellationToken).ConfigureAwait(false);
        if (stock is { } seconds)
        {
            await PrintAsync(output, $"official tool, all groups at once: {seconds:F2} s").ConfigureAwait(false);
        }

        foreach (var only in new[] { "straight", "reset" })
        {
            foreach (var line in await OursAsync(bench, only, cancellationToken).ConfigureAwait(false))
            {
                var ratio = stock is { } whole && line.Split(' ') is [.., var figure, "s"] && double.TryParse(figure, CultureInfo.InvariantCulture, out var ours) ? $" ({whole / ours:F1}x)" : "";
                await output.WriteLineAsync($"{line}{ratio}").ConfigureAwait(false);
            }
        }
    }

    /// <summary>The groups exist, with other offsets than they are to have.</summary>
    private static async Task PrepareAsync(Setting bench, CancellationToken cancellationToken)
    {
        var cluster = new ChosenTargetCluster(bench.Connection);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.CreateTopicsAsync([new TopicToCreate(bench.Topic, bench.Partitions, -1, new Dictionary<string, string>())], cancellationToken).ConfigureAwait(false);
        }

        var groups = ConsumerGroups.Open(bench.Connection);
        await using (groups.ConfigureAwait(false))
        {
            await groups.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var offsets = Enumerable.Range(0, bench.Partitions).ToDictionary(partition => new TargetPartition(bench.Topic, partition), static _ => new CommittedOffset(7));
            Require(await groups.CommitAsync([.. bench.Names.Select(name => new GroupOffsets(name, offsets))], bench.AtOnce, Deadline, cancellationToken).ConfigureAwait(false));
        }
    }

    private static async Task<double> StockAsync(Setting bench, string tool, CancellationToken cancellationToken)
    {
        var words = tool.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments =
            [.. words[1..], "--bootstrap-server", bench.Bootstrap, "--all-groups", "--reset-offsets", "--to-earliest", "--all-topics", "--execute", "--timeout", "60000"];
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(words[0], arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        var groups = ConsumerGroups.Open(bench.Connection);
        await using (groups.ConfigureAwait(false))
        {
            var found = await groups.FetchAsync(bench.Names, cancellationToken).ConfigureAwait(false);
            var right = found.Count(group => group.IsWhole && group.Offsets.Offsets.Count == bench.Partitions && group.Offsets.Offsets.Values.All(static offset => offset.Offset == 0));
            return process.ExitCode == 0 && right == bench.Groups ? seconds : throw new InvalidOperationException($"'{tool}' ended with {process.ExitCode} and reset {right} of {bench.Groups} groups");
        }
    }

    private static async Task<IReadOnlyList<string>> OursAsync(Setting bench, string only, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath!;
        string[] first = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(GroupsVerb).Assembly.Location] : [];
        string[] arguments =
        [
            .. first, "groups", "--bootstrap", bench.Bootstrap, "--topic", bench.Topic, "--only", only, "--groups", Text(bench.Groups), "--partitions", Text(bench.Partitions),
            "--at-once", Text(bench.AtOnce), "--rounds", Text(bench.Rounds), "--run-length", Text(bench.RunLength),
        ];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var printed = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0 ? printed.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException($"a fresh process ended with {process.ExitCode}");
    }

    private static async Task MeasureAsync(Setting bench, bool isStraight, TextWriter output, CancellationToken cancellationToken)
    {
        var maps = new GroupMaps(bench.Topic, bench.Partitions, bench.RunLength);
        using var set = await maps.BuildAsync(cancellationToken).ConfigureAwait(false);
        for (var round = 1; round <= bench.Rounds; round++)
        {
            var groups = ConsumerGroups.Open(bench.Connection);
            await using (groups.ConfigureAwait(false))
            {
                var before = Stopwatch.StartNew();
                if (!isStraight)
                {
                    await groups.ConnectAsync(cancellationToken).ConfigureAwait(false);
                    await groups.DescribeAsync(bench.Names, cancellationToken).ConfigureAwait(false);
                    await groups.FetchAsync(bench.Names, cancellationToken).ConfigureAwait(false);
                }

                before.Stop();
                var sources = Enumerable.Range(0, bench.Groups).Select(group => maps.SourceOf(group, round)).ToList();
                var clock = Stopwatch.StartNew();
                var translator = new OffsetTranslator(set);
                var wanted = new List<GroupOffsets>(bench.Groups);
                for (var group = 0; group < bench.Groups; group++)
                {
                    wanted.Add(GroupMaps.ToOffsets(bench.Names[group], await translator.TranslateGroupAsync(sources[group], cancellationToken).ConfigureAwait(false)));
                }

                var translating = clock.Elapsed;
                var changes = await groups.CommitAsync(wanted, bench.AtOnce, Deadline, cancellationToken).ConfigureAwait(false);
                var elapsed = clock.Elapsed;
                Require(changes);
                clock.Restart();
                var found = await groups.FetchAsync(bench.Names, cancellationToken).ConfigureAwait(false);
                var readBack = clock.Elapsed;
                var right = Enumerable.Range(0, bench.Groups).Count(group => maps.IsRight(group, round, found[group]));
                if (right != bench.Groups)
                {
                    throw new InvalidOperationException($"only {right} of {bench.Groups} groups have the offsets that they should have");
                }

                var what = isStraight ? "fresh process, connecting included" : round == 1 ? "fresh process, connected and described" : "same process, new connections";
                await PrintAsync(
                    output,
                    $"{what}: describe and read before {before.Elapsed.TotalSeconds:F3} s, translate {translating.TotalSeconds:F3} s, read back {readBack.TotalSeconds:F3} s (all {right} right); translate and commit {elapsed.TotalSeconds:F3} s").ConfigureAwait(false);
            }
        }
    }

    private static void Require(IReadOnlyList<GroupChange> changes)
    {
        if (changes.FirstOrDefault(static change => change.Failures.Count > 0) is { } failed)
        {
            throw new InvalidOperationException($"group {failed.Group}: {failed.Failures.First()}");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task PrintAsync(TextWriter output, FormattableString line) => output.WriteLineAsync(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Setting(string Bootstrap, string Topic, int Groups, int Partitions, int AtOnce, int Rounds, int RunLength)
    {
        public KafkaConnectionOptions Connection => new() { BootstrapServers = Bootstrap.Split(',') };

        public IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Groups).Select(group => string.Create(CultureInfo.InvariantCulture, $"{Topic}-{group:0000}"))];
    }
}
