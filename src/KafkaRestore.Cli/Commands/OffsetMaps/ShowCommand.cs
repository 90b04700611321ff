using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map show</c>: what maps there are.</summary>
internal sealed class ShowCommand : CliCommand
{
    private readonly MapSourceOptions _source = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ShowCommand()
        : base("show", "Shows each map's partitions, first and last offsets, number of runs and size.")
    {
        _source.AddTo(this);
        Add(_format);
    }

    public override string Synopsis => MapSourceOptions.Synopsis;

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-map show --config restore.yaml",
        "kafka-restore offset-map show --from offset-mapping.json --format json",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        using var maps = await _source.ReadAsync(arguments, context, stop).ConfigureAwait(false);
        var listing = await MapListing.OfAsync(maps, stop).ConfigureAwait(false);
        context.Result.Write(listing, arguments.GetValue(_format), OffsetMapText.Of);
        return ExitCode.Done;
    }
}
