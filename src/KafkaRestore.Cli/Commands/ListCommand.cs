using System.CommandLine;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>list</c>: which archives there are.</summary>
internal sealed class ListCommand : CliCommand
{
    private readonly ArchiveOptions _archive = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ListCommand()
        : base("list", "Lists the archives of a storage, or the topics of one archive.")
    {
        _archive.Path.Required = true;
        _archive.BackupId.Description = "Show this archive's topics instead.";
        Add(_archive.Path);
        Add(_archive.BackupId);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore list --path /var/lib/kafka-backup",
        "kafka-restore list --path s3://kafka-backups/prod?region=eu-central-1 --backup-id nightly",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var storage = StorageFactory.Open(StorageUrl.Parse(arguments.GetRequiredValue(_archive.Path)));
        await using (storage.ConfigureAwait(false))
        {
            var format = arguments.GetValue(_format);
            if (arguments.GetValue(_archive.BackupId) is { } id)
            {
                var manifest = await ManifestReader.ReadAsync(storage, id, stop).ConfigureAwait(false);
                context.Result.Write(ManifestSummary.Of(manifest), format, ListText.Of);
            }
            else
            {
                var ids = await ArchiveCatalog.ListAsync(storage, stop).ToListAsync(stop).ConfigureAwait(false);
                ids.Sort(StringComparer.Ordinal);
                context.Result.Write(new ArchiveList(ids), format, list => ListText.Of(list.Backups, storage.Properties.Location));
            }

            return ExitCode.Done;
        }
    }

    /// <param name="Backups">The archives' ids in order.</param>
    private sealed record ArchiveList(IReadOnlyList<string> Backups);
}
