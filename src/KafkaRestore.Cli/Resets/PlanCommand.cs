using System.CommandLine;
using System.Text;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset plan</c>: shows and writes what would be committed.</summary>
internal sealed class PlanCommand : CliCommand
{
    private readonly ResetOptions _options = new();
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The file to write the plan to as JSON, to be read, edited and executed." };
    private readonly Option<OutputFormat> _format = FormatOption.Create(csv: true);

    // What existing scripts say: a plan never changes anything.
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Always so: a plan changes nothing.", Arity = ArgumentArity.Zero };

    public PlanCommand()
        : base("plan", "Shows where groups would go on, and writes a plan that can be edited and executed. Commits nothing.")
    {
        _options.AddTo(this);
        Add(_output);
        Add(_format);
        Add(_dryRun);
    }

    public override string Synopsis => "-p PATH -b ID -g GROUPS --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-reset plan -p /backups -b shop -g billing --bootstrap-servers kafka:9092",
        "kafka-restore offset-reset plan --config restore.yaml --groups '*' --output plan.json",
    ];

    public override IReadOnlyList<string> Notes => [.. ResetOptions.Notes, "Exit code 4: something that a group had committed has no place at the target."];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var plan = await ResetPlanning.PlanAsync(_options.Read(arguments, context), context, stop).ConfigureAwait(false);
        if (arguments.GetValue(_output) is { } file)
        {
            WholeFile.Write(Path.GetFullPath(file), "the plan", Encoding.UTF8.GetBytes(PlanFile.ToJson(plan) + "\n"));
            context.Log.Message($"plan written to {Path.GetFullPath(file)}; `kafka-restore offset-reset execute --plan {file} …` carries it out");
        }

        switch (arguments.GetValue(_format))
        {
            case OutputFormat.Json:
                context.Result.Write(PlanFile.ToJson(plan) + "\n");
                break;
            case OutputFormat.Csv:
                context.Result.Write(PlanTable.Of(plan));
                break;
            case OutputFormat.Yaml:
                context.Result.WriteYaml(Encoding.UTF8.GetBytes(PlanFile.ToJson(plan)));
                break;
            default:
                context.Result.Write(PlanText.Of(plan, context.Result.Style));
                break;
        }

        return plan.IsComplete ? ExitCode.Done : ExitCode.Partial;
    }
}
