using System.CommandLine;
using KafkaRestore.Cli.Demo;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>demo</c>: the main job on a sample archive, with a broker in this process unless one is given.</summary>
internal sealed class DemoCommand : CliCommand
{
    private readonly Option<string> _archive = new("--archive")
    {
        HelpName = "DIR",
        Description = "The directory of the sample archive.",
        DefaultValueFactory = _ => Path.Combine("samples", "archive"),
    };

    private readonly Option<string?> _bootstrap = new("--bootstrap-servers")
    {
        HelpName = "HOST:PORT,...",
        Description = "Restore into this cluster (plaintext) instead of a broker in this process; its topics are called demo-….",
    };

    public DemoCommand()
        : base("demo", "Restores a sample archive into an embedded broker, reads every record back and compares it.")
    {
        Add(_archive);
        Add(_bootstrap);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore demo",
        "kafka-restore demo --bootstrap-servers localhost:9092",
    ];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop) =>
        new DemoFlow(context).RunAsync(arguments.GetRequiredValue(_archive), arguments.GetValue(_bootstrap), stop);
}
