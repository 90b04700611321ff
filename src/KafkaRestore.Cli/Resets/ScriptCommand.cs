using System.CommandLine;
using System.Text;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Scripts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset script</c>: a script that does the same with Kafka's own tool.</summary>
internal sealed class ScriptCommand : CliCommand
{
    private readonly ResetOptions _options = new();
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The file to write the script to, executable. Default: stdout." };

    public ScriptCommand()
        : base("script", "Writes a script that resets groups with Kafka's own kafka-consumer-groups.sh. Commits nothing.")
    {
        _options.AddTo(this);
        Add(_output);
    }

    public override string Synopsis => "-p PATH -b ID -g GROUPS --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-reset script -c restore.yaml --groups billing --output reset.sh",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        .. ResetOptions.Notes,
        "The script goes on after a failure, counts what was set by what the tool prints for each partition, and ends with 1 when anything was not set. Exit code 4: something that a group had committed has no place at the target.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var plan = await ResetPlanning.PlanAsync(_options.Read(arguments, context), context, stop).ConfigureAwait(false);
        var script = PlanScript.Of(plan);
        if (arguments.GetValue(_output) is { } file)
        {
            await ScriptFile.WriteAsync(file, Encoding.UTF8.GetBytes(script), stop).ConfigureAwait(false);
            context.Log.Message($"script for {Show.Count(plan.Groups.Count, "group")} written to {Path.GetFullPath(file)}");
        }
        else
        {
            context.Result.Write(script);
        }

        foreach (var (group, missing) in plan.Groups.SelectMany(static group => group.Missing, static (group, missing) => (group.Group, missing)).Take(20))
        {
            context.Log.Warning($"{group} {missing.Commit.Partition} at {missing.Commit.Offset} is not in the script: {missing.Reason}");
        }

        return plan.IsComplete ? ExitCode.Done : ExitCode.Partial;
    }
}
