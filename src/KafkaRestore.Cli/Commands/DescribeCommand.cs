using System.CommandLine;
using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>describe</c>: what an archive says it holds.</summary>
internal sealed class DescribeCommand : ArchiveCommand
{
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public DescribeCommand()
        : base("describe", "Shows what an archive holds, by its manifest.")
    {
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore describe --path /var/lib/kafka-backup --backup-id nightly",
        "kafka-restore describe --config restore.yaml --format json",
    ];

    public override IReadOnlyList<string> Notes => ["JSON and YAML are the manifest with every field, those that this program does not know included."];

    protected override async Task<ExitCode> RunAsync(IArchiveStorage storage, Manifest manifest, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        // The manifest was read in every case: a damaged one is told before anything of it is shown.
        switch (arguments.GetValue(_format))
        {
            case OutputFormat.Json:
                await CopyAsync(storage, manifest.BackupId, new JsonDocumentWriter(context.Result.Stream), stop).ConfigureAwait(false);
                break;
            case OutputFormat.Yaml:
                await CopyAsync(storage, manifest.BackupId, new YamlWriter(context.Result.Stream), stop).ConfigureAwait(false);
                break;
            default:
                context.Result.Write(ManifestText.Of(manifest, storage.Properties.Location));
                break;
        }

        return ExitCode.Done;
    }

    private static async Task CopyAsync(IArchiveStorage storage, string id, IDocumentWriter writer, CancellationToken stop)
    {
        var key = SegmentKey.Manifest(id);
        using (writer)
        {
            try
            {
                var stream = ObjectReader.OpenSequential(storage, key, stop);
                await using (stream.ConfigureAwait(false))
                {
                    await DocumentPump.WriteAsync(stream, writer, stop).ConfigureAwait(false);
                }
            }
            catch (Exception damage) when (damage is JsonException or InvalidOperationException)
            {
                throw new RestoreException(ErrorCodes.ManifestInvalid, "the manifest changed while it was read, or holds text that is not Unicode", key, inner: damage);
            }
        }
    }
}
