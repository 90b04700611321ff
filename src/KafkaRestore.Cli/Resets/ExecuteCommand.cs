using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset execute</c>: commits a plan that was made before, or plans and commits at once.</summary>
internal sealed class ExecuteCommand : CliCommand
{
    private readonly Option<string> _plan = new("--plan") { HelpName = "FILE", Description = "A plan of `offset-reset plan`, edited or not; - is stdin." };
    private readonly Option<bool> _evenIfMoved = new("--even-if-moved") { Description = "Also groups that have committed other offsets since the plan was made.", Arity = ArgumentArity.Zero };
    private readonly ResetOptions _options;
    private readonly ResetExecution _execution = new();

    public ExecuteCommand()
        : base("execute", "Resets groups: by a plan, or planned and committed at once.")
    {
        _options = new ResetOptions(_plan);
        Add(_plan);
        Add(_evenIfMoved);
        _options.AddTo(this);
        _execution.AddTo(this);
    }

    public override string Synopsis => "(--plan FILE | -g GROUPS) -c FILE";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-reset execute --plan plan.json -c restore.yaml --snapshot-path /backups",
        "kafka-restore offset-reset execute -p /backups -b shop -g billing --bootstrap-servers kafka:9092",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "A plan is refused whose groups have committed something else since it was made, whose offsets are not in the logs, or that was made for another cluster (exit code 3, nothing committed).",
        .. ResetExecution.Notes,
        .. ResetOptions.Notes,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        if (arguments.GetValue(_plan) is not { } file)
        {
            return await PlannedNow.RunAsync(_options.Read(arguments, context), _execution, arguments, context, stop).ConfigureAwait(false);
        }

        var plan = PlanFile.Read(ReadAll(file), file == "-" ? "stdin" : file);
        if (_options.Groups.AreNamed(arguments.CommandResult))
        {
            var selected = _options.Groups.Read(arguments).From(plan.Groups, static group => group.Group);
            plan = selected.Unmatched.Count == 0 ? plan with { Groups = selected.Groups }
                : throw new RestoreException(ErrorCodes.GroupNotFound, $"no such group: {string.Join(", ", selected.Unmatched.Take(10))}", file);
        }

        var connection = _options.Cluster.Read(arguments, context);
        var target = GroupDoor.Open(connection, context);
        await using (target.ConfigureAwait(false))
        {
            await new PlanCheck(target).RequireAsync(plan, arguments.GetValue(_evenIfMoved), stop).ConfigureAwait(false);
            if (plan.Groups.Any(static group => group.Offsets.Any(static offset => offset.CurrentOffset is null)))
            {
                context.Log.Warning("the plan does not say what its groups had committed, so nobody can tell whether they have moved since");
            }

            return await _execution.RunAsync(plan, target, connection.BootstrapServers, storage: null, arguments, context, stop).ConfigureAwait(false);
        }
    }

    private static byte[] ReadAll(string file)
    {
        try
        {
            using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.Usage, $"the plan cannot be read: {failure.Message}", Printable.Line(file));
        }
    }
}
