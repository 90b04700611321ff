using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The options that name the saved state of a restore for commands that only read it: its configuration, or the state's file.</summary>
internal sealed class JobStateOptions
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _state = new("--state")
    {
        HelpName = "FILE",
        Description = "The state's file: restore.checkpoint_state, or job.json in the job's folder.",
    };

    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<string>? _instead;

    /// <summary>What must be typed.</summary>
    public const string Synopsis = "--config FILE | --state FILE";

    /// <summary>What finding it takes, for the help of a command.</summary>
    public const string Note =
        "With --config, the manifest is read and the target asked for its id, unless restore.checkpoint_state or restore.restore_id names the state.";

    /// <param name="instead">An option that names something else to read in the state's place; null for none.</param>
    public JobStateOptions(Option<string>? instead = null)
    {
        _config.Required = false;
        _config.Description = "The configuration file of the restore.";
        _instead = instead;
    }

    /// <summary>Adds them to a command, and what must not be together.</summary>
    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_state);
        command.Add(_stateDirectory);
        if (_instead is not null)
        {
            command.Add(_instead);
        }

        command.Validators.Add(Check);
    }

    /// <summary>Where the state is; reads the manifest and asks the target who it is where only they can tell.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND: a dry run keeps no state; or the configuration, the archive or the target cannot be read.</exception>
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
        Option<string>[] named = _instead is null ? [_config, _state] : [_config, _state, _instead];
        if (named.Count(option => command.GetResult(option) is not null) != 1)
        {
            command.AddError(_instead is null ? "either --config or --state is needed" : $"one of --config, --state and {_instead.Name} is needed");
        }
        else if (command.GetResult(_config) is null && command.GetResult(_stateDirectory) is not null)
        {
            command.AddError(command.GetResult(_state) is null ? "--state-dir goes with --config" : "--state names the file already: --state-dir goes with --config");
        }
    }
}
