using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset-bulk</c>: resets many groups at once.</summary>
internal sealed class OffsetResetBulkCommand : CliCommand
{
    private readonly ResetOptions _options = new();
    private readonly ResetExecution _execution = new();

    public OffsetResetBulkCommand()
        : base("offset-reset-bulk", "Resets hundreds of consumer groups in parallel, and reports each with its times.")
    {
        _options.AddTo(this);
        _execution.AddTo(this);
    }

    public override string Synopsis => "-p PATH -b ID -g GROUPS --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-reset-bulk -p /backups -b shop -g '*' --bootstrap-servers kafka:9092",
        "kafka-restore offset-reset-bulk -c restore.yaml --groups-file groups.txt --format json",
    ];

    public override IReadOnlyList<string> Notes => [.. ResetExecution.Notes, .. ResetOptions.Notes];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop) =>
        PlannedNow.RunAsync(_options.Read(arguments, context), _execution, arguments, context, stop);
}
