using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The options that name a restore that was begun: its configuration, or the file that holds its state.</summary>
internal sealed class SavedJob
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _state = new("--state")
    {
        HelpName = "FILE",
        Description = "The state's file: restore.checkpoint_state, or job.json in the job's folder.",
    };

    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();

    /// <summary>What must be typed.</summary>
    public const string Synopsis = "--config FILE | --state FILE";

    /// <summary>What finding it takes, for the help of a command.</summary>
    public const string Note =
        "With --config, the manifest is read and the target asked for its id, unless restore.checkpoint_state or restore.restore_id names the state.";

    /// <summary>Adds them to a command.</summary>
    public void AddTo(CliCommand command)
    {
        _config.Required = false;
        _config.Description = "The configuration file of the restore.";
        command.Add(_config);
        command.Add(_state);
        command.Add(_stateDirectory);
        command.Validators.Add(Check);
    }

    /// <summary>Where its state is.</summary>
    /// <exception cref="RestoreException">The configuration is wrong; what it takes to find the place does not answer.</exception>
    public async Task<JobLocation> FindAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        if (arguments.GetValue(_state) is { } named)
        {
            return JobLocation.AtFile(named);
        }

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
