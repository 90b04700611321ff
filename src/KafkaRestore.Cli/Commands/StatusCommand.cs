using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>status</c>: how far a restore is, from its state on disk.</summary>
internal sealed class StatusCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _state = new("--state")
    {
        HelpName = "FILE",
        Description = "The state's file: restore.checkpoint_state, or job.json in the job's folder.",
    };

    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public StatusCommand()
        : base("status", "Shows how far a restore is, from its saved state; changes nothing.")
    {
        _config.Required = false;
        _config.Description = "The configuration file of the restore.";
        Add(_config);
        Add(_state);
        Add(_stateDirectory);
        Add(_format);
        Validators.Add(Check);
    }

    public override string Synopsis => "--config FILE | --state FILE";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore status --config restore.yaml",
        "kafka-restore status --state /var/lib/restore/nightly.json --format json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "While a restore runs its state is a little behind. With --config, the manifest is read and the target asked for its " +
        "id, unless restore.checkpoint_state or restore.restore_id names the state. The JSON is the state's own file (docs/resuming.md).",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var location = arguments.GetValue(_state) is { } file ? JobLocation.AtFile(file) : await FindAsync(arguments, context, stop).ConfigureAwait(false);
        var summary = new JobStore(context.Time).ReadSummary(location)
            ?? throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", location.SummaryFile);
        context.Result.Write(summary, arguments.GetValue(_format), value => JobSummaryText.Of(value, location.SummaryFile, context.Result.Style));
        return ExitCode.Done;
    }

    private async Task<JobLocation> FindAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var file = arguments.GetValue(_config)!;
        var options = ConfigurationOption.Read(file, context.Log).Options;
        var state = options.State ?? throw new RestoreException(ErrorCodes.JobNotFound, "restore.dry_run is set, and a dry run keeps no state", file, "Name the state with --state.");
        return await JobPlace.FindAsync(
            options,
            arguments.GetValue(_stateDirectory) is { } directory ? state with { CheckpointFile = null, Directory = directory } : state,
            context.Log,
            stop).ConfigureAwait(false);
    }

    private void Check(CommandResult command)
    {
        if (command.GetResult(_config) is null == command.GetResult(_state) is null)
        {
            command.AddError("either --config or --state is needed");
        }
        else if (command.GetResult(_state) is not null && command.GetResult(_stateDirectory) is not null)
        {
            command.AddError("--state names the file already: --state-dir goes with --config");
        }
    }
}
