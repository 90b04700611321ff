using System.CommandLine;
using KafkaRestore.Cli.Indexing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Verifying;

/// <summary><c>verify</c>: whether a cluster holds what an archive does.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private readonly Option<VerificationLevel> _level = LevelOption.Create();
    private readonly Option<StartOffset[]> _startAt = StartOffset.CreateOption();
    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<string> _report = new("--report")
    {
        HelpName = "FILE",
        Description = "The restore's report (JSON): the restored records begin at the target offsets that it names. --start-at wins over it.",
    };

    private readonly Option<string[]> _ignoreHeaders = new("--ignore-headers")
    {
        HelpName = "NAMES",
        Description = "Headers to leave out on both sides, separated by commas; may be repeated. For a restore by a program that kept or stripped others than the configuration says.",
    };

    private readonly Option<bool> _ignoreTimestamps = new("--ignore-timestamps")
    {
        Description = "Leave timestamps out, for topics that give records their own (LogAppendTime).",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<string> _state = new("--state")
    {
        HelpName = "FILE",
        Description = "The state of the restore (`status` names it): what it has left out, because it could not be read or written, is no difference.",
    };

    private readonly Option<bool> _allowNewer = new("--allow-newer")
    {
        Description = "Records behind the restored ones are no difference, only counted: applications have begun to write.",
        Arity = ArgumentArity.Zero,
    };

    public VerifyCommand()
        : base("verify", "Compares a cluster with an archive, partition by partition, and writes nothing.")
    {
        Add(_config);
        Add(_level);
        Add(_startAt);
        Add(_report);
        Add(_state);
        Add(_ignoreHeaders);
        Add(_ignoreTimestamps);
        Add(_allowNewer);
        _stateDirectory.Description = "The directory that holds the state of restores; a time window uses the time index there. Default: the platform's.";
        Add(_stateDirectory);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore verify --config restore.yaml",
        "kafka-restore verify --config restore.yaml --report restore-report.json --allow-newer",
        "kafka-restore verify --config restore.yaml --level records --start-at orders/0=1200",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Takes the configuration of the restore and compares what it would write with what stands in the target, whichever program wrote it. " +
        "hashes is the default because it finds and names the first difference as records does, and leaves a hash of each partition that can be kept as proof and compared " +
        "with a later one; records spares making the hashes; counts does not look into the records.",
        "Exit code 0: every partition is equal; 4: something differs or could not be compared to its end; 3: nothing could be compared; 5: stopped, and the report says how far it was.",
    ];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var configuration = ConfigurationOption.Read(arguments.GetRequiredValue(_config), context.Log);
        var startAt = new StartOffsets(
            arguments.GetValue(_report) is { } report ? ReportedOffsets.Read(report) : [],
            arguments.GetValue(_startAt) ?? []);
        var options = new VerificationOptions
        {
            LeftOut = arguments.GetValue(_state) is { } state ? ReadSkips(state, context.Time) : [],
            Level = arguments.GetValue(_level),
            StartAt = startAt.ByPartition,
            IgnoredHeaders = [.. (arguments.GetValue(_ignoreHeaders) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()],
            IgnoreTimestamps = arguments.GetValue(_ignoreTimestamps),
            AllowNewer = arguments.GetValue(_allowNewer),
        };
        var restore = TimeIndexPlace.Apply(configuration.Options, arguments.GetValue(_stateDirectory), context.Log);
        return new VerifyFlow(restore, options, startAt, context).RunAsync(arguments.GetValue(_format), stop);
    }

    private static IReadOnlyList<Skip> ReadSkips(string file, TimeProvider time)
    {
        var (location, store) = (JobLocation.AtFile(file), new JobStore(time));
        return store.ReadSummary(location) is null
            ? throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", location.SummaryFile)
            : store.ReadSkips(location);
    }
}
