using System.CommandLine;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>show-offset-mapping</c>: the archive's offsets by partition.</summary>
internal sealed class ShowOffsetMappingCommand : ArchiveCommand
{
    private readonly Option<OutputFormat> _format = FormatOption.Create(csv: true);

    public ShowOffsetMappingCommand()
        : base("show-offset-mapping", "Shows which source offsets and times an archive holds, by partition.")
    {
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore show-offset-mapping --path /var/lib/kafka-backup --backup-id nightly",
        "kafka-restore show-offset-mapping --path /var/lib/kafka-backup --backup-id nightly --format csv",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The manifest does not know target offsets; the report of a restore lists them. " +
        "The text also shows how the official tool moves a consumer group to the archive's first record by time.",
    ];

    protected override Task<ExitCode> RunAsync(IArchiveStorage storage, Manifest manifest, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var mapping = OffsetMapping.Of(manifest, context.Time.GetUtcNow());
        var format = arguments.GetValue(_format);
        context.Result.Write(mapping, format, value => format == OutputFormat.Csv ? OffsetMappingText.Csv(value) : OffsetMappingText.Of(value, manifest.BackupId));
        return Task.FromResult(ExitCode.Done);
    }
}
