using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Indexing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Configuration;

namespace KafkaRestore.Cli.Restores;

/// <summary>The options that say where a restore's state is kept and what is done with what is there (docs/resuming.md).</summary>
internal sealed class JobOptions
{
    private readonly Option<string> _stateDirectory = StateDirectoryOption();

    private readonly Option<bool> _again = new("--again")
    {
        Description = "Begin a new job whatever an earlier run has done; the target must be empty again.",
    };

    private readonly Option<bool> _adopt = new("--adopt")
    {
        Description = "Do not trust the saved progress: compare the target with the archive from the start, then go on.",
    };

    /// <summary>The option <c>--state-dir</c>.</summary>
    public static Option<string> StateDirectoryOption() => new("--state-dir")
    {
        HelpName = "DIR",
        Description = "The directory that holds the state of restores; wins over restore.checkpoint_state. Default: the platform's.",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(CliCommand command)
    {
        command.Add(_stateDirectory);
        command.Add(_again);
        command.Add(_adopt);
        command.Validators.Add(Check);
    }

    /// <summary>The configuration with what the command line says. A dry run keeps no state, but finds the time index there.</summary>
    public RestoreConfiguration Apply(RestoreConfiguration configuration, ParseResult arguments, ConsoleLog log)
    {
        var directory = arguments.GetValue(_stateDirectory);
        configuration = configuration with { Options = TimeIndexPlace.Apply(configuration.Options, directory, log) };
        if (configuration.Options.State is not { } state)
        {
            var unused = new List<Option> { _again, _adopt };
            if (!TimeIndexPlace.IsUsedBy(configuration.Options))
            {
                unused.Insert(0, _stateDirectory);
            }

            foreach (var option in unused.Where(option => arguments.GetResult(option) is { Implicit: false }))
            {
                log.Message($"{option.Name} has no effect: a dry run keeps no state");
            }

            return configuration;
        }

        return configuration with
        {
            Options = configuration.Options with
            {
                State = state with
                {
                    CheckpointFile = directory is null ? state.CheckpointFile : null,
                    Directory = directory,
                    Again = arguments.GetValue(_again),
                    Adopt = arguments.GetValue(_adopt),
                },
            },
        };
    }

    private void Check(CommandResult command)
    {
        // Only what was typed: a value that cannot be read is reported by its own option.
        if (IsOn(_again) && IsOn(_adopt))
        {
            command.AddError("--again begins anew and --adopt goes on: only one of them can be meant");
        }

        if (command.GetResult(_stateDirectory) is { Tokens: [var directory] } && string.IsNullOrWhiteSpace(directory.Value))
        {
            command.AddError("--state-dir takes a directory, not nothing");
        }

        bool IsOn(Option<bool> option) => command.GetResult(option) is { Implicit: false, Tokens: not [{ Value: "false" }] };
    }
}
