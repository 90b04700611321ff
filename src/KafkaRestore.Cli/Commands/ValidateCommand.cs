using System.CommandLine;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>validate</c>: whether an archive is whole.</summary>
internal sealed class ValidateCommand : ArchiveCommand
{
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private readonly Option<bool> _deep = new("--deep")
    {
        Description = "Read every segment, and check every checksum and record.",
        Arity = ArgumentArity.Zero,
    };

    public ValidateCommand()
        : base("validate", "Checks whether an archive is whole: every object there, in the right size, and undamaged.")
    {
        Add(_deep);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore validate --path /var/lib/kafka-backup --backup-id nightly",
        "kafka-restore validate --path /var/lib/kafka-backup --backup-id nightly --deep",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Exit code 0: nothing is damaged, missing, or absent without explanation; 4: something is, and every problem is listed with its object. " +
        "Archives made before kafka-backup 0.25 cannot prove that they are complete; that alone is not a problem.",
    ];

    protected override async Task<ExitCode> RunAsync(IArchiveStorage storage, Manifest manifest, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var check = new ArchiveCheck(storage, manifest, arguments.GetValue(_deep), context.Time);
        var report = await StatusLine.DuringAsync(check.RunAsync(stop), check.Status, context.Log, context.Time).ConfigureAwait(false);
        context.Result.Write(report, arguments.GetValue(_format), value => ArchiveCheckText.Of(value, context.Result.Style));
        return report.Valid ? ExitCode.Done : ExitCode.Partial;
    }
}
