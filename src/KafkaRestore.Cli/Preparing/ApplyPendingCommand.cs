using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Preparing;

/// <summary><c>apply-pending</c>: puts back the topic settings that a restore has set aside.</summary>
internal sealed class ApplyPendingCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ApplyPendingCommand()
        : base("apply-pending", "Puts back the topic settings that a restore has set aside.")
    {
        Add(_config);
        Add(_stateDirectory);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore apply-pending --config restore.yaml"];

    public override IReadOnlyList<string> Notes =>
    [
        "A restore does so itself when everything is restored, and the same restore command after a crash. This command is for restores that are given up, and for restore.put_back_settings: on_request. " +
        "A restore that goes on sets its settings aside again. Where a retention is put back, Kafka deletes the records that are older, within minutes. Exit code 0: nothing is set aside any more; " +
        "4: some settings still are, and the output says why (docs/target-preparation.md).",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var file = arguments.GetRequiredValue(_config);
        var options = ConfigurationOption.Read(file, context.Log).Options;
        var state = options.State ?? throw new RestoreException(ErrorCodes.JobNotFound, "restore.dry_run is set, and a dry run sets nothing aside", file);
        var directory = arguments.GetValue(_stateDirectory);
        var location = await JobPlace.FindAsync(options, directory is null ? state : state with { CheckpointFile = null, Directory = directory }, context.Log, stop).ConfigureAwait(false);
        using var pending = PendingSettings.Open(location, context.Time);
        if (pending.Topics.Count > 0 && pending.Summary.Status != JobStatus.Done)
        {
            context.Log.Warning("the restore is not done: old records that it has written may be deleted or compacted from now on, until it goes on");
        }

        var cluster = new ChosenTargetCluster(options.Target, log: context.Log.Client);
        await using (cluster.ConfigureAwait(false))
        {
            var outcome = await pending.ApplyAsync(cluster, SettingsDoor.Of(options, context), stop).ConfigureAwait(false);
            foreach (var failure in outcome.Failures.Values)
            {
                context.Log.Failure(failure);
            }

            context.Result.Write(PendingView.Of(outcome), arguments.GetValue(_format), value => PreparationText.Of(value, context.Result.Style));
            return outcome.Failures.Count == 0 ? ExitCode.Done : ExitCode.Partial;
        }
    }
}
