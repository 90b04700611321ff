using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using KafkaRestore.Api.Hosting;
using KafkaRestore.Api.Security;
using KafkaRestore.Cluster;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Configuration.Values;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Silo;

/// <summary>The command line of a silo; every option has a variable of the environment beside it.</summary>
internal sealed class SiloCommand : RootCommand
{
    private readonly Option<string> _redis = Text("--redis", "KAFKA_RESTORE_REDIS", "HOST:PORT[,OPTION=VALUE]", "Redis, where the cluster keeps its state.", "127.0.0.1:6379");
    private readonly Option<string> _cluster = Text("--cluster", "KAFKA_RESTORE_CLUSTER", "NAME", "Silos of one name and one Redis find each other.", "kafka-restore");
    private readonly Option<string> _name = Text("--name", "KAFKA_RESTORE_SILO", "NAME", "What the silo is called in lists. Default: the machine's name and the silo's port.", null);
    private readonly Option<IPAddress?> _advertise = Parsed<IPAddress?>("--advertise", "KAFKA_RESTORE_ADVERTISE", "ADDRESS", "The address at which other silos reach this one. Default: loopback where Redis is there too, else the machine's first address.", null, static (string word, out IPAddress? value) => IPAddress.TryParse(word, out value));
    private readonly Option<int> _siloPort = Number("--silo-port", "KAFKA_RESTORE_SILO_PORT", "The port for other silos.", 11_111, 1, 65_535);
    private readonly Option<int> _gatewayPort = Number("--gateway-port", "KAFKA_RESTORE_GATEWAY_PORT", "The port for clients of Orleans; 0: none, the API is all that others need.", 0, 0, 65_535);
    private readonly Option<IPEndPoint> _listen = Parsed("--listen", "KAFKA_RESTORE_LISTEN", "ADDRESS:PORT", "Where the API listens; another address than loopback needs --token-file.", new ApiOptions().Listen, static (string word, out IPEndPoint value) => IPEndPoint.TryParse(word, out value!) && word.Contains(':', StringComparison.Ordinal));
    private readonly Option<string> _token = Text("--token-file", "KAFKA_RESTORE_TOKEN_FILE", "FILE", "The file of the token that callers of the API must show.", null);
    private readonly Option<string> _certificate = Text("--tls-certificate", "KAFKA_RESTORE_TLS_CERTIFICATE", "FILE", "PEM file of the API's certificate (and those of its issuers); with it the API speaks TLS alone.", null);
    private readonly Option<string> _key = Text("--tls-key", "KAFKA_RESTORE_TLS_KEY", "FILE", "PEM file of the certificate's key, not encrypted.", null);
    private readonly Option<int> _lanes = Number("--max-lanes", "KAFKA_RESTORE_MAX_LANES", "Lanes that it carries out at once, of all jobs.", 100, 1, 10_000);
    private readonly Option<int> _jobs = Number("--max-jobs", "KAFKA_RESTORE_MAX_JOBS", "Jobs of which it carries out lanes at once.", 2, 1, 100);
    private readonly Option<long> _memory = Parsed("--memory-budget", "KAFKA_RESTORE_MEMORY_BUDGET", "SIZE", "Memory for records of all jobs, in equal parts; a job that asks for less gets less.", 2L << 30, static (string word, out long value) => PlainNumber.TryReadSize(word, out value) && value > 0);
    private readonly Option<string> _variables = Text("--variables", "KAFKA_RESTORE_VARIABLES", "PREFIX", "Submitted configurations may name variables of the silos whose names begin so.", "RESTORE_");
    private readonly Option<string> _secrets = Text("--secrets", "KAFKA_RESTORE_SECRETS", "DIR", "Submitted configurations may name files below it, the same on every silo.", null);
    private readonly Option<int> _replicas = Number("--redis-replicas", "KAFKA_RESTORE_REDIS_REPLICAS", "Replicas of Redis that must have what is called durable (WAIT).", 0, 0, 9);

    private readonly Option<LogFormat> _format = Parsed("--log-format", "KAFKA_RESTORE_LOG_FORMAT", "text|json", "How stderr is written; json: one object a line.", LogFormat.Text, static (string word, out LogFormat value) => Enum.TryParse(word, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(word[0]));
    private readonly Option<bool> _openMetrics = new("--metrics-without-token") { Description = "Show /metrics to callers without the token too." };

    public SiloCommand()
        : base("One silo of a cluster of restores. Silos that name the same Redis and the same cluster share its jobs; each serves the whole API.")
    {
        foreach (var option in new Option[] { _redis, _cluster, _name, _advertise, _siloPort, _gatewayPort, _listen, _token, _certificate, _key, _lanes, _jobs, _memory, _variables, _secrets, _replicas, _openMetrics, _format })
        {
            Add(option);
        }

        SetAction(static _ => 0); // what runs is RunAsync
        Validators.Add(command =>
        {
            if (command.GetValue(_certificate) is null != command.GetValue(_key) is null)
            {
                command.AddError("--tls-certificate and --tls-key go together");
            }
        });
    }

    /// <summary>How stderr is written.</summary>
    public LogFormat FormatOf(ParseResult arguments) => arguments.GetValue(_format);

    private delegate bool Reading<T>(string word, out T value);

    /// <summary>Runs the silo until it is stopped.</summary>
    public async Task<ExitCode> RunAsync(ParseResult arguments, ConsoleLog log, CancellationToken stop)
    {
        var port = arguments.GetValue(_siloPort);
        var options = new SiloOptions
        {
            Name = arguments.GetValue(_name) ?? string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{port}"),
            Redis = arguments.GetRequiredValue(_redis),
            RedisReplicas = arguments.GetValue(_replicas),
            Cluster = arguments.GetRequiredValue(_cluster),
            Advertise = arguments.GetValue(_advertise) ?? SiloAddresses.Find(arguments.GetRequiredValue(_redis)),
            SiloPort = port,
            GatewayPort = arguments.GetValue(_gatewayPort),
            MaxLanes = arguments.GetValue(_lanes),
            MaxJobs = arguments.GetValue(_jobs),
            MemoryBudgetBytes = arguments.GetValue(_memory),
        };
        var telemetry = new ServiceTelemetry("kafka-restore-silo", TimeProvider.System);
        await using var measured = telemetry.ConfigureAwait(false);
        var api = new ApiOptions
        {
            Metrics = telemetry.Page.AnswerAsync,
            MetricsWithoutToken = arguments.GetValue(_openMetrics),
            Listen = arguments.GetRequiredValue(_listen),
            Token = arguments.GetValue(_token) is { } token ? BearerToken.FromFile(token) : null,
            Certificate = arguments.GetValue(_certificate) is { } certificate ? ServerCertificate.Read(certificate, arguments.GetValue(_key)!) : null,
        };
        ApiHost.Check(api); // before the cluster hears of a silo that cannot serve
        var logging = new ConsoleLogging(log);
        var configuration = new ServedConfiguration(arguments.GetRequiredValue(_variables), arguments.GetValue(_secrets));
        var silo = await ClusterSilo.StartAsync(options, configuration, log, logging, telemetry.Metrics, stop).ConfigureAwait(false);
        await using (silo.ConfigureAwait(false))
        {
            telemetry.Follow(silo.Service);
            var host = await ApiHost.StartAsync(silo.Service, api, logging, stop).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                log.Message($"silo {options.Name} of cluster {options.Cluster}: listening on {host.Address.GetLeftPart(UriPartial.Authority)}{(api.Token is null ? ", without a token" : "")}");
                await Task.WhenAny(silo.Ended, Task.Delay(Timeout.Infinite, stop)).ConfigureAwait(false);
                log.Message("leaving the cluster: lanes are stopped with their progress saved, and others go on with them");
            }
        }

        return stop.IsCancellationRequested ? ExitCode.Done : ExitCode.Unexpected;
    }

    private static Option<string> Text(string name, string variable, string shape, string description, string? otherwise) => new(name)
    {
        HelpName = shape,
        Description = $"{description} [{variable}]",
        DefaultValueFactory = _ => Variable(variable) ?? otherwise!,
    };

    private static Option<int> Number(string name, string variable, string description, int otherwise, int least, int most) => Parsed(
        name, variable, "N", description, otherwise, (string word, out int value) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    private static Option<T> Parsed<T>(string name, string variable, string shape, string description, T otherwise, Reading<T> read, string? takes = null)
    {
        return new Option<T>(name)
        {
            HelpName = shape,
            Description = $"{description} [{variable}]",
            DefaultValueFactory = argument => Variable(variable) is { } word ? Read(argument, word, variable) : otherwise,
            CustomParser = argument => Read(argument, argument.Tokens[^1].Value, name),
        };

        T Read(ArgumentResult argument, string word, string where)
        {
            if (read(word, out var value))
            {
                return value;
            }

            argument.AddError($"{where} takes {takes ?? shape}, not '{Printable.Word(word)}'");
            return otherwise;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
