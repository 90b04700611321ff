using System.CommandLine;
using KafkaRestore.Cli.Indexing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>validate-restore</c>: a dry run.</summary>
internal sealed class ValidateRestoreCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private readonly Option<bool> _checksums = new("--checksums")
    {
        Description = "Read every object as well, and compare its SHA-256 with the manifest's.",
        Arity = ArgumentArity.Zero,
    };

    public ValidateRestoreCommand()
        : base("validate-restore", "Checks what a restore would do, against archive and target, and writes nothing.")
    {
        _stateDirectory.Description = "The directory that holds the state of restores; a time window uses the time index there. Default: the platform's.";
        Add(_config);
        Add(_stateDirectory);
        Add(_checksums);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore validate-restore --config restore.yaml",
        "kafka-restore validate-restore --config restore.yaml --checksums --format json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Exit code 0: a restore would begin; 3: it would be refused, and the report lists every reason. A target that does not answer is one of them. " +
        "docs/preflight.md lists what is checked and what to do about each finding.",
    ];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var configuration = ConfigurationOption.Read(arguments.GetRequiredValue(_config), context.Log);
        configuration = configuration with { Options = TimeIndexPlace.Apply(configuration.Options, arguments.GetValue(_stateDirectory), context.Log) };
        return new DryRunFlow(configuration, context, arguments.GetValue(_checksums)).RunAsync(arguments.GetValue(_format), reportPath: null, stop);
    }
}
