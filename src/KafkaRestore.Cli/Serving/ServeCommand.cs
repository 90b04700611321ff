using System.CommandLine;
using System.Globalization;
using System.Net;
using KafkaRestore.Api.Hosting;
using KafkaRestore.Api.Security;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Telemetry;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Serving;

/// <summary><c>serve</c>: a service of restores in one process.</summary>
internal sealed class ServeCommand : CliCommand
{
    private const string DataName = "service";
    private const int MostJobs = 100;

    private readonly Option<IPEndPoint> _listen = new("--listen")
    {
        HelpName = "ADDRESS:PORT",
        Description = $"Where to listen; another address than loopback needs --token-file. Default: 127.0.0.1:{ApiOptions.DefaultPort}.",
        DefaultValueFactory = static _ => new ApiOptions().Listen,
        CustomParser = static argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (IPEndPoint.TryParse(word, out var address) && word.Contains(':', StringComparison.Ordinal))
            {
                return address;
            }

            argument.AddError($"--listen takes ADDRESS:PORT such as 127.0.0.1:{ApiOptions.DefaultPort}, not '{Printable.Word(word)}'");
            return null;
        },
    };

    private readonly Option<string> _token = new("--token-file") { HelpName = "FILE", Description = "The file of the token that callers must show." };
    private readonly Option<string> _certificate = new("--tls-certificate") { HelpName = "FILE", Description = "PEM file of the service's certificate (and those of its issuers); with it the service speaks TLS alone." };
    private readonly Option<string> _key = new("--tls-key") { HelpName = "FILE", Description = "PEM file of the certificate's key, not encrypted." };
    private readonly Option<string> _data = new("--data") { HelpName = "DIR", Description = "Where jobs and their state are kept. Default: in the platform's directory for state." };
    private readonly Option<int> _jobs = new("--max-jobs")
    {
        HelpName = "N",
        Description = "Jobs that run at once; others wait for their turn. Default: 2.",
        DefaultValueFactory = static _ => 2,
        CustomParser = static argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostJobs)
            {
                return number;
            }

            argument.AddError($"--max-jobs takes a whole number from 1 to {MostJobs}, not '{Printable.Word(word)}'");
            return 1;
        },
    };

    private readonly Option<string> _variables = new("--variables")
    {
        HelpName = "PREFIX",
        Description = "Submitted configurations may name variables of the service whose names begin so. Default: RESTORE_.",
        DefaultValueFactory = static _ => "RESTORE_",
    };

    private readonly Option<string> _secrets = new("--secrets") { HelpName = "DIR", Description = "Submitted configurations may name files below it. Default: none." };

    private readonly Option<bool> _openMetrics = new("--metrics-without-token") { Description = "Give /metrics to callers that show no token." };

    public ServeCommand()
        : base("serve", "Runs a service that restores are submitted to, in this process.")
    {
        Add(_listen);
        Add(_token);
        Add(_certificate);
        Add(_key);
        Add(_data);
        Add(_jobs);
        Add(_variables);
        Add(_secrets);
        Add(_openMetrics);
        Validators.Add(command =>
        {
            if (command.GetResult(_certificate) is null != command.GetResult(_key) is null)
            {
                command.AddError("--tls-certificate and --tls-key go together");
            }

            if (command.GetResult(_variables) is { Tokens: [{ Value: "" }] })
            {
                command.AddError("--variables takes a prefix, not nothing: every variable of the service could be named then");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore serve",
        "kafka-restore serve --listen 10.0.0.7:8480 --token-file token --tls-certificate pem --tls-key key",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The first Ctrl-C (or SIGTERM) stops what runs, with its progress saved; started again on the same directory, the service goes on with it. A second one ends the process at once; nothing is lost by that either.",
        "Without a token the service listens on loopback, and everybody on this machine may use it. docs/service.md has the API.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var telemetry = new ServiceTelemetry(RunTelemetry.ServiceName, context.Time);
        await using var measured = telemetry.ConfigureAwait(false);
        var options = new ApiOptions
        {
            Metrics = telemetry.Page.AnswerAsync,
            MetricsWithoutToken = arguments.GetValue(_openMetrics),
            Listen = arguments.GetRequiredValue(_listen),
            Token = arguments.GetValue(_token) is { } token ? BearerToken.FromFile(token) : null,
            Certificate = arguments.GetValue(_certificate) is { } certificate ? ServerCertificate.Read(certificate, arguments.GetRequiredValue(_key)) : null,
        };
        var folders = new JobFolders(arguments.GetValue(_data) ?? Path.Combine(StateDirectory.Find(), DataName));
        using var alone = folders.Lock();
        var configuration = new ServedConfiguration(arguments.GetRequiredValue(_variables), arguments.GetValue(_secrets));
        var service = new LocalRestoreService(new ServedParts(folders, configuration, context.Log, Environment.MachineName, context.Time) { Metrics = telemetry.Metrics }, arguments.GetValue(_jobs));
        await using (service.ConfigureAwait(false))
        {
            telemetry.Follow(service);
            var host = await ApiHost.StartAsync(service, options, new ConsoleLogging(context.Log), stop).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                context.Log.Message($"listening on {host.Address.GetLeftPart(UriPartial.Authority)}{(options.Token is null ? ", without a token" : "")}; jobs are kept in {folders.Root}");
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Log.Message("ending: what runs is stopped, with its progress saved");
            }
        }

        return ExitCode.Done;
    }
}
