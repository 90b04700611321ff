using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>jobs</c>: the jobs of a service.</summary>
internal sealed class JobsCommand : RemoteCommand
{
    private const int Most = 500;

    private readonly Option<JobState?> _state = new("--state")
    {
        HelpName = "STATE",
        Description = $"Only those in this state: {string.Join(", ", Enum.GetNames<JobState>()).ToLowerInvariant()}.",
        CustomParser = static argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (!char.IsAsciiDigit(word.FirstOrDefault()) && Enum.TryParse<JobState>(word, ignoreCase: true, out var state))
            {
                return state;
            }

            argument.AddError($"--state takes {string.Join(", ", Enum.GetNames<JobState>()).ToLowerInvariant()}, not '{Printable.Word(word)}'");
            return null;
        },
    };

    private readonly Option<string> _after = new("--after") { HelpName = "JOB", Description = "Only those behind this one, in the order of the list." };
    private readonly Option<int> _limit = new("--limit")
    {
        HelpName = "N",
        Description = $"At most so many, 1 to {Most}. Default: 50.",
        DefaultValueFactory = static _ => 50,
        CustomParser = static argument =>
        {
            if (int.TryParse(argument.Tokens[^1].Value, out var number) && number is >= 1 and <= Most)
            {
                return number;
            }

            argument.AddError($"--limit takes a whole number from 1 to {Most}, not '{Printable.Word(argument.Tokens[^1].Value)}'");
            return 0;
        },
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public JobsCommand()
        : base("jobs", "Lists the jobs of a service, the newest first.")
    {
        Add(_state);
        Add(_limit);
        Add(_after);
        Add(_format);
        AddServer();
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore jobs", "kafka-restore jobs --state partial --format json"];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var list = await service.ListAsync(new JobQuery(arguments.GetValue(_state), arguments.GetValue(_after), arguments.GetValue(_limit)), stop).ConfigureAwait(false);
        context.Result.Write(list, arguments.GetValue(_format), JobText.Of);
        return ExitCode.Done;
    }
}
