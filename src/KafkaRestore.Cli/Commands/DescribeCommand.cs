using System.CommandLine;
using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>describe</c>: what an archive says it holds.</summary>
internal sealed class DescribeCommand : CliCommand
{
    private readonly ArchiveOptions _archive = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public DescribeCommand()
        : base("describe", "Shows what an archive holds, by its manifest.")
    {
        _archive.AddTo(this);
        Add(_format);
    }

    public override string Synopsis => ArchiveOptions.Synopsis;

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore describe --path /var/lib/kafka-backup --backup-id nightly",
        "kafka-restore describe --config restore.yaml --format json",
    ];

    public override IReadOnlyList<string> Notes => ["JSON and YAML are the manifest with every field, those that this program does not know included."];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var (options, id) = _archive.Read(arguments);
        var storage = StorageFactory.Open(options);
        await using (storage.ConfigureAwait(false))
        {
            // Read in every case: a damaged manifest is told before anything of it is shown.
            var manifest = await ManifestReader.ReadAsync(storage, id, stop).ConfigureAwait(false);
            switch (arguments.GetValue(_format))
            {
                case OutputFormat.Json:
                    await CopyAsync(storage, id, new JsonDocumentWriter(context.Result.Stream), stop).ConfigureAwait(false);
                    break;
                case OutputFormat.Yaml:
                    await CopyAsync(storage, id, new YamlWriter(context.Result.Stream), stop).ConfigureAwait(false);
                    break;
                default:
                    context.Result.Write(ManifestText.Of(manifest, storage.Properties.Location));
                    break;
            }

            return ExitCode.Done;
        }
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
