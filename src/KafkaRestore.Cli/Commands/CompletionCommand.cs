using System.CommandLine;
using KafkaRestore.Cli.Completion;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>completion</c>: scripts that teach a shell the commands and options.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    private readonly Command _root;
    private readonly Argument<string> _shell = new("shell") { HelpName = "bash|zsh|fish", Description = "Which shell." };

    public CompletionCommand(Command root)
        : base("completion", "Prints a script that completes commands and options in a shell.")
    {
        _root = root;
        _shell.CompletionSources.Add(Shells);
        _shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Shells.Contains(token.Value))
            {
                result.AddError($"'{Printable.Line(token.Value)}' is not a shell that is known here: bash, zsh or fish");
            }
        });
        Add(_shell);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "source <(kafka-restore completion bash)",
        "kafka-restore completion zsh > \"${fpath[1]}/_kafka-restore\"",
        "kafka-restore completion fish > ~/.config/fish/completions/kafka-restore.fish",
    ];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var words = CompletionWords.Of(_root);
        context.Result.Write(arguments.GetRequiredValue(_shell) switch
        {
            "bash" => BashCompletion.Script(words),
            "zsh" => ZshCompletion.Script(words),
            _ => FishCompletion.Script(words),
        });
        return Task.FromResult(ExitCode.Done);
    }
}
