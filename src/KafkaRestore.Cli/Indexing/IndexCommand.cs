using System.CommandLine;
using System.Globalization;
using System.CommandLine.Parsing;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Times;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Indexing;

/// <summary><c>index</c>: reads an archive ahead, so that restores with a time window read only what they need.</summary>
internal sealed class IndexCommand : CliCommand
{
    private const int MostAtOnce = 1000;

    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<int?> _atOnce = new("--max-concurrent")
    {
        HelpName = "N",
        Description = "How many segments are read at once; default: restore.max_concurrent_partitions.",
        CustomParser = static argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostAtOnce)
            {
                return number;
            }

            argument.AddError($"--max-concurrent takes a number from 1 to {MostAtOnce}, not '{Printable.Word(text)}'");
            return null;
        },
    };

    private readonly Option<bool> _show = new("--show")
    {
        Description = "Read nothing; show how complete the index is.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public IndexCommand()
        : base("index", "Notes the times in an archive's segments, so that a time window reads only what it needs.")
    {
        _stateDirectory.Description = "The directory that holds the state of restores, and the index below it. Default: the platform's.";
        Add(_config);
        Add(_stateDirectory);
        Add(_atOnce);
        Add(_show);
        Add(_format);
        Validators.Add(Check);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore index --config restore.yaml",
        "kafka-restore index --config restore.yaml --max-concurrent 16",
        "kafka-restore index --config restore.yaml --show --format json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Reads every selected segment once, proves it as a restore does, and asks no target. However it ends, the same command goes on with what is left. " +
        "Restores, dry runs and verify with a time window use the index (docs/time-windows.md).",
        "Exit code 0: the times of every selected segment are known; 4: some segments are damaged or missing, and are listed; 5: stopped.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var options = ConfigurationOption.Read(arguments.GetRequiredValue(_config), context.Log).Options;
        if (options.TrustSegments)
        {
            context.Log.Message("restores with this configuration do not use the index: on_manifest_mismatch is trust_segment, and the index goes by the manifest");
        }

        var storage = StorageFactory.Open(options.Storage);
        await using var opened = storage.ConfigureAwait(false);
        var job = await IndexJob.OpenAsync(options, StateDirectory.Find(arguments.GetValue(_stateDirectory)), storage, context.Time, stop).ConfigureAwait(false);
        var show = arguments.GetValue(_show);
        var report = show ? job.Show() : await ReadAsync(job, arguments.GetValue(_atOnce) ?? options.Execution.MaxConcurrentLanes, context, stop).ConfigureAwait(false);
        context.Result.Write(report, arguments.GetValue(_format), value => IndexText.Of(value, context.Result.Style));
        if (report.Status == IndexStatus.Stopped)
        {
            context.Log.Message("Run the same command again to go on.");
        }

        return show ? ExitCode.Done : report.Status switch
        {
            IndexStatus.Complete => ExitCode.Done,
            IndexStatus.Stopped => ExitCode.Stopped,
            _ => ExitCode.Partial,
        };
    }

    private static Task<IndexReport> ReadAsync(IndexJob job, int atOnce, CommandContext context, CancellationToken stop)
    {
        context.Log.Message(Status());
        return StatusLine.DuringAsync(job.RunAsync(atOnce, stop), Status, context.Log, context.Time);

        string Status()
        {
            var (known, selected, bytes, problems) = job.Progress;
            return $"{Show.Count(known)} of {Show.Count(selected, "segment")} known, {Show.Size(bytes)} read{(problems == 0 ? "" : $", {Show.Count(problems, "problem")}")}";
        }
    }

    private void Check(CommandResult command)
    {
        if (command.GetResult(_stateDirectory) is { Tokens: [var directory] } && string.IsNullOrWhiteSpace(directory.Value))
        {
            command.AddError("--state-dir takes a directory, not nothing");
        }
    }
}
