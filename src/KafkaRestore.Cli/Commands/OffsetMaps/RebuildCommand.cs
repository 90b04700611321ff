using System.CommandLine;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map rebuild</c>: makes the map anew from the target's records.</summary>
internal sealed class RebuildCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _output = OutputFile.CreateOption("");
    private readonly Option<OffsetReportFormat?> _reportFormat = ReportFormatOption.Create();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public RebuildCommand()
        : base("rebuild", "Makes the map anew from the headers of the restored records, when the state is lost.")
    {
        _output.Required = true;
        Add(_config);
        Add(_output);
        Add(_reportFormat);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-map rebuild --config restore.yaml --output offset-mapping.json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Reads the target topics of the configuration once and changes nothing there. The records must name their source offsets: by restore.include_original_offset_header, or by the headers of " +
        "the backup. Of several such headers the last counts. A restore without them gets its map back by `kafka-restore restore --adopt`.",
        "Exit code 0: every record is in the map; 4: records or partitions are not, and the result names them; 3: nothing was read. A partition that could not be read to its end is left out of the report.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var options = ConfigurationOption.Read(arguments.GetRequiredValue(_config), context.Log).Options;
        var path = arguments.GetRequiredValue(_output);
        _ = new ReportFile(path);
        var plan = await PlanAsync(options, stop).ConfigureAwait(false);
        var cluster = new ChosenTargetCluster(options.Target, log: context.Log.Client);
        await using var opened = cluster.ConfigureAwait(false);
        var rebuild = new MapRebuild(options, plan, cluster, (budget, token) => TargetReaders.OpenAsync(options.Target, budget, context.Log.Client, context.Time, token));
        var view = new RebuildView(rebuild, context.Time);
        using var maps = await StatusLine.DuringAsync(rebuild.RunAsync(stop), view.Status, context.Log, context.Time).ConfigureAwait(false);
        foreach (var lane in rebuild.Lanes.Where(lane => lane.Failure is not null))
        {
            context.Log.Failure(lane.Failure!);
        }

        var file = maps.IsEmpty ? null : await OutputFile.WriteAsync(path, arguments.GetValue(_reportFormat), maps, context.Time, stop).ConfigureAwait(false);
        var result = RebuildResult.Of(rebuild, file);
        context.Result.Write(result, arguments.GetValue(_format), value => OffsetMapText.Of(value, context.Result.Style));
        return result.Complete ? ExitCode.Done
            : rebuild.Lanes.Any(lane => lane.Failure?.Code == ErrorCodes.Internal) ? ExitCode.Unexpected
            : ExitCode.Partial;
    }

    private static async Task<RestorePlan> PlanAsync(RestoreOptions options, CancellationToken stop)
    {
        var storage = StorageFactory.Open(options.Storage);
        await using var opened = storage.ConfigureAwait(false);
        return PlanBuilder.Build(await ManifestReader.ReadAsync(storage, options.BackupId, stop).ConfigureAwait(false), options);
    }
}
