using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback delete</c>: removes a snapshot, or old ones.</summary>
internal sealed class DeleteSnapshotCommand : CliCommand
{
    private const int MostDays = 36_500;

    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly Option<string> _id = SnapshotOptions.Id(required: false);
    private readonly Option<int> _keepDays = new("--keep-days")
    {
        HelpName = "N",
        Description = "Remove the snapshots that are older than N days; never the newest one. Without --yes they are only listed.",
        CustomParser = argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days > MostDays)
            {
                argument.AddError($"--keep-days takes a whole number from 0 to {MostDays}, not '{Printable.Word(word)}'");
            }

            return days;
        },
    };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Really remove what --keep-days lists.", Arity = ArgumentArity.Zero };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public DeleteSnapshotCommand()
        : base("delete", "Removes a snapshot, or the old ones.")
    {
        Add(_path);
        Add(_id);
        Add(_keepDays);
        Add(_yes);
        Add(_format);
        Validators.Add(Check);
    }

    public override string Synopsis => "--path PATH --snapshot-id ID|--keep-days N";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-rollback delete --path /backup --snapshot-id snap-1795247379669-23b8aa3a",
        "kafka-restore offset-rollback delete --path /backup --keep-days 30",
        "kafka-restore offset-rollback delete --path /backup --keep-days 30 --yes",
    ];

    public override IReadOnlyList<string> Notes => ["What was not written to its end is removed by its id alone; --keep-days names it and leaves it."];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        await using var storage = SnapshotOptions.Open(arguments.GetRequiredValue(_path));
        var store = new SnapshotStore(storage);
        var format = arguments.GetValue(_format);
        if (arguments.GetValue(_id) is { } id)
        {
            await store.DeleteAsync(id, stop).ConfigureAwait(false);
            context.Result.Write(new DeletedSnapshots(DryRun: false, [id]), format, value => SnapshotText.Of(value, context.Result.Style));
            return ExitCode.Done;
        }

        var listing = await store.ListAsync(stop).ConfigureAwait(false);
        foreach (var problem in listing.Problems)
        {
            context.Log.Warning(problem);
        }

        var old = listing.OlderThan(arguments.GetValue(_keepDays), context.Time.GetUtcNow());
        var really = arguments.GetValue(_yes);
        var deleted = new List<string>();
        try
        {
            foreach (var snapshot in old)
            {
                if (really)
                {
                    await store.DeleteAsync(snapshot.SnapshotId, stop).ConfigureAwait(false);
                }

                deleted.Add(snapshot.SnapshotId);
            }
        }
        finally
        {
            context.Result.Write(new DeletedSnapshots(!really, deleted), format, value => SnapshotText.Of(value, context.Result.Style));
        }

        return ExitCode.Done;
    }

    private void Check(CommandResult command)
    {
        var (id, days) = (command.GetResult(_id) is not null, command.GetResult(_keepDays) is not null);
        if (id == days)
        {
            command.AddError(id ? "--snapshot-id and --keep-days do not go together" : "--snapshot-id is needed, or --keep-days");
        }
        else if (id && command.GetResult(_yes) is not null)
        {
            command.AddError("--yes goes with --keep-days");
        }
    }
}

/// <summary>What was removed.</summary>
/// <param name="DryRun">Whether it only would be.</param>
/// <param name="Deleted">Ids of the snapshots.</param>
internal sealed record DeletedSnapshots(bool DryRun, IReadOnlyList<string> Deleted);
