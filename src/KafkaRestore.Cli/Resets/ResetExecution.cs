using System.CommandLine;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Resetting;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary>The options of commands that commit a plan, and its carrying out.</summary>
internal sealed class ResetExecution
{
    private readonly Option<int> _concurrency = ConcurrencyOption.Create();
    private readonly Option<TimeSpan> _wait = DurationOption.WaitForEmpty();
    private readonly Option<TimeSpan> _deadline = DurationOption.Create("--deadline", "How long one group may take, what is asked again included. Default: 30s.");
    private readonly Option<string> _snapshotPath = new("--snapshot-path")
    {
        HelpName = "PATH",
        Description = "Where what the groups have now is saved first, for offset-rollback: a directory or s3:// URL. Default: --path, or the storage of --config; none with a plan.",
    };

    private readonly Option<bool> _noSnapshot = new("--no-snapshot") { Description = "Save nothing first.", Arity = ArgumentArity.Zero };
    private readonly Option<int?> _retries = new("--max-retries") { HelpName = "N", Description = "Accepted for existing scripts: what can succeed is asked again until --deadline." };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    /// <summary>Lines for the help.</summary>
    public static IReadOnlyList<string> Notes =>
    [
        "What the groups have now is saved first, and every offset is read back and compared afterwards. A group with members is left alone and named, unless --wait-for-empty is given.",
        "Exit code 4: a group is not reset, or something that it had committed has no place at the target; running the same command again does the rest.",
    ];

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_concurrency);
        command.Add(_retries);
        command.Add(_deadline);
        command.Add(_wait);
        command.Add(_snapshotPath);
        command.Add(_noSnapshot);
        command.Add(_format);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_snapshotPath) is not null && result.GetResult(_noSnapshot) is not null)
            {
                result.AddError("--snapshot-path and --no-snapshot do not go together");
            }
        });
    }

    /// <summary>Commits a plan and writes the report.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="target">The groups of the target.</param>
    /// <param name="bootstrapServers">Its brokers.</param>
    /// <param name="storage">Where snapshots go unless the options say otherwise; null: they must.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="context">Where results and messages go.</param>
    /// <param name="stop">Begins no further group.</param>
    public async Task<ExitCode> RunAsync(
        OffsetResetPlan plan, IConsumerGroups target, IReadOnlyList<string> bootstrapServers, StorageOptions? storage, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var lost = plan.Groups.Where(static group => group.Missing.Count > 0).ToList();
        foreach (var group in lost.Take(20))
        {
            context.Log.Warning($"{group.Group}: {Show.Count(group.Missing.Count, "offset")} without a place at the target, such as {group.Missing[0].Commit.Partition} at {group.Missing[0].Commit.Offset}: {group.Missing[0].Reason}");
        }

        var wanted = plan.ToCommit();
        if (wanted.Count == 0)
        {
            throw new RestoreException(ErrorCodes.NothingSelected, "none of the groups has an offset that has a place at the target, so there is nothing to commit", hint: "Was the right map used? `kafka-restore offset-reset plan` shows what leads where.");
        }

        if (arguments.GetValue(_retries) is not null)
        {
            context.Log.Message("--max-retries has no effect: what can succeed is asked again until --deadline");
        }

        var report = await ResetAsync(wanted, target, bootstrapServers, storage, arguments, context, stop).ConfigureAwait(false);
        if (report.SuccessfulGroups > 0)
        {
            report = report with { OffsetRetentionMinutes = (long?)(await target.ReadOffsetRetentionAsync(stop).ConfigureAwait(false))?.TotalMinutes };
        }

        context.Result.Write(report, arguments.GetValue(_format), value => ResetText.Of(value, context.Result.Style));
        return report.Stopped ? ExitCode.Stopped : report.Status == GroupResetStatus.Success && lost.Count == 0 ? ExitCode.Done : ExitCode.Partial;
    }

    private async Task<GroupResetReport> ResetAsync(
        IReadOnlyList<GroupOffsets> wanted, IConsumerGroups target, IReadOnlyList<string> bootstrapServers, StorageOptions? storage, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var wait = arguments.GetValue(_wait);
        var deadline = arguments.GetValue(_deadline);
        var defaults = new GroupResetOptions();
        var reset = new GroupReset(target, defaults with
        {
            MostAtOnce = arguments.GetValue(_concurrency),
            DeadlinePerGroup = deadline > TimeSpan.Zero ? deadline : defaults.DeadlinePerGroup,
            WaitForEmpty = wait > TimeSpan.Zero ? wait : null,
        }, context.Time)
        {
            Progress = progress => Say(progress, context.Log),
        };
        if (arguments.GetValue(_noSnapshot))
        {
            return await reset.RunAsync(wanted, null, stop).ConfigureAwait(false);
        }

        var place = StorageFactory.Open(arguments.GetValue(_snapshotPath) is { } path ? StorageUrl.Parse(path) : storage
            ?? throw new RestoreException(ErrorCodes.Usage, "--snapshot-path is needed, so that there is a way back; or --no-snapshot"));
        await using (place.ConfigureAwait(false))
        {
            var capture = new SnapshotCapture(target, bootstrapServers, new SnapshotStore(place), context.Time);
            return await reset.RunAsync(wanted, async (before, token) =>
            {
                var snapshot = await capture.SaveAsync(await target.ConnectAsync(token).ConfigureAwait(false), before, "before offset-reset", token).ConfigureAwait(false);
                context.Log.Message($"saved what {Show.Count(before.Count, "group")} have now as {snapshot.Id} in {place.Properties.Location}");
                return snapshot.Id;
            }, stop).ConfigureAwait(false);
        }
    }

    private static void Say(GroupResetProgress progress, ConsoleLog log)
    {
        if (progress.Step == GroupResetStep.Waiting)
        {
            log.Message(progress.ToString());
        }
        else
        {
            log.Info(progress.ToString());
        }
    }
}
