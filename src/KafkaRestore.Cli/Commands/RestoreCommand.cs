using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Cli.Telemetry;
using KafkaRestore.Configuration;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>restore</c>: writes an archive into a cluster.</summary>
internal sealed class RestoreCommand : CliCommand
{
    private readonly Option<string> _config = ConfigurationOption.Create();
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private readonly Option<string> _report = new("--report")
    {
        HelpName = "FILE",
        Description = "Write the report there as JSON as well; wins over restore.report of the configuration.",
    };

    private readonly Option<bool> _purge = new("--purge")
    {
        Description = "Confirm restore.purge_topics: delete the records of the target topics that the check names, before the first write.",
    };

    private readonly JobOptions _job = new();

    public RestoreCommand()
        : base("restore", "Restores an archive into a Kafka cluster, as the configuration file says.")
    {
        Aliases.Add("three-phase-restore");
        Add(_config);
        Add(_format);
        Add(_report);
        Add(_purge);
        _job.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore restore --config restore.yaml",
        "kafka-restore restore --config restore.yaml --format json > report.json",
        "kafka-restore restore --config restore.yaml --state-dir /var/lib/kafka-restore",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Before the first write everything is checked that can be; if anything is wrong, all of it is listed, nothing is written, and the exit code is 3. " +
        "The first Ctrl-C (or SIGTERM) stops the run, saves its progress and reports what was done (exit code 5); a second one ends the process at once, without a report and with the same exit code. " +
        "However a run ends, the same command goes on where it was, and nothing is written twice; when everything is restored it says so and writes nothing (docs/resuming.md).",
    ];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var configuration = _job.Apply(ConfigurationOption.Read(arguments.GetRequiredValue(_config), context.Log), arguments, context.Log);
        if (arguments.GetValue(_purge))
        {
            configuration = Confirm(configuration, context.Log);
        }

        var format = arguments.GetValue(_format);
        var report = arguments.GetValue(_report) ?? configuration.ReportPath;
        return configuration.Options.DryRun
            ? new DryRunFlow(configuration, context).RunAsync(format, report, stop)
            : RunTelemetry.DuringAsync(configuration.Metrics, context, measured => new RestoreFlow(configuration, measured, new ConsoleAudience(format, report, measured)).RunAsync(stop), stop);
    }

    private static RestoreConfiguration Confirm(RestoreConfiguration configuration, ConsoleLog log)
    {
        if (!configuration.Options.Preparation.PurgeTopics)
        {
            log.Message("--purge has no effect: restore.purge_topics is not set");
        }

        return configuration with { Options = configuration.Options with { Preparation = configuration.Options.Preparation with { PurgeConfirmed = true } } };
    }
}
