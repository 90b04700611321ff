using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Configuration;
using KafkaRestore.Kafka;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Groups;

/// <summary>
/// The options that name a cluster and say how to log in to it: <c>--bootstrap-servers</c> with the security options, or the <c>target</c> of a configuration file. Credentials come from the
/// environment, never from the command line.
/// </summary>
/// <param name="required">Whether a cluster must be named.</param>
internal sealed class ClusterOptions(bool required = true)
{
    private static readonly IReadOnlyDictionary<string, SecurityProtocolKind> Protocols = new Dictionary<string, SecurityProtocolKind>(StringComparer.OrdinalIgnoreCase)
    {
        ["PLAINTEXT"] = SecurityProtocolKind.Plaintext,
        ["SSL"] = SecurityProtocolKind.Ssl,
        ["SASL_PLAINTEXT"] = SecurityProtocolKind.SaslPlaintext,
        ["SASL_SSL"] = SecurityProtocolKind.SaslSsl,
    };

    private static readonly IReadOnlyDictionary<string, SaslMechanismKind> Mechanisms = new Dictionary<string, SaslMechanismKind>(StringComparer.OrdinalIgnoreCase)
    {
        ["PLAIN"] = SaslMechanismKind.Plain,
        ["SCRAM-SHA-256"] = SaslMechanismKind.ScramSha256,
        ["SCRAM-SHA256"] = SaslMechanismKind.ScramSha256,
        ["SCRAM-SHA-512"] = SaslMechanismKind.ScramSha512,
        ["SCRAM-SHA512"] = SaslMechanismKind.ScramSha512,
    };

    private readonly Option<string> _servers = new("--bootstrap-servers") { HelpName = "HOST:PORT,...", Description = "Brokers to ask first." };
    private readonly Option<SecurityProtocolKind?> _protocol = WordOption("--security-protocol", "PROTOCOL", "PLAINTEXT (default), SSL, SASL_PLAINTEXT or SASL_SSL.", Protocols);
    private readonly Option<SaslMechanismKind?> _mechanism = WordOption(
        "--sasl-mechanism", "MECHANISM", "PLAIN (default), SCRAM-SHA-256 or SCRAM-SHA-512; also from KAFKA_SASL_MECHANISM. User and password come from KAFKA_USERNAME and KAFKA_PASSWORD.", Mechanisms);

    private readonly Option<string> _config = new("--config", "-c") { HelpName = "FILE", Description = "A configuration file whose `target` is used instead of these options." };

    /// <summary>Lines for the help: where credentials come from.</summary>
    public const string Note =
        "Credentials come from the environment: KAFKA_USERNAME and KAFKA_PASSWORD for SASL, KAFKA_SSL_CA_CERT (a PEM file) for the certificate authority, KAFKA_SSL_CERT and KAFKA_SSL_KEY for a " +
        "client certificate. With --config the file's `target` says everything.";

    /// <summary>The option <c>--config</c>, for a command that takes more than the target from the file.</summary>
    public Option<string> Config => _config;

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_servers);
        command.Add(_protocol);
        command.Add(_mechanism);
        command.Add(_config);
        command.Validators.Add(result =>
        {
            var config = result.GetResult(_config) is not null;
            if (config && (result.GetResult(_servers) ?? result.GetResult(_protocol) ?? result.GetResult(_mechanism)) is not null)
            {
                result.AddError("--config already says how to reach the cluster; leave --bootstrap-servers, --security-protocol and --sasl-mechanism out");
            }
            else if (required && !config && result.GetResult(_servers) is null)
            {
                result.AddError("--bootstrap-servers is needed, or --config");
            }
        });
    }

    /// <summary>Whether a cluster is named.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) => (result.GetResult(_servers) ?? result.GetResult(_config)) is not null;

    /// <summary>How to reach the cluster.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID and the other failures of a configuration file; USAGE.</exception>
    public KafkaConnectionOptions Read(ParseResult arguments, CommandContext context) => arguments.GetValue(_config) is { } file
        ? new ConfigurationReader().ReadFile(file).Require().Options.Target
        : new KafkaConnectionOptions
        {
            BootstrapServers = [.. arguments.GetRequiredValue(_servers).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Security = ReadSecurity(arguments, context),
        };

    private SecurityOptions ReadSecurity(ParseResult arguments, CommandContext context)
    {
        var protocol = arguments.GetValue(_protocol) ?? SecurityProtocolKind.Plaintext;
        var (isSasl, isTls) = (protocol is SecurityProtocolKind.SaslPlaintext or SecurityProtocolKind.SaslSsl, protocol is SecurityProtocolKind.Ssl or SecurityProtocolKind.SaslSsl);
        if (!isSasl && arguments.GetValue(_mechanism) is not null)
        {
            throw new RestoreException(ErrorCodes.Usage, "--sasl-mechanism needs --security-protocol SASL_SSL or SASL_PLAINTEXT", hint: "Without one of them no login would take place.");
        }

        var (user, password) = (Variable("KAFKA_USERNAME"), Variable("KAFKA_PASSWORD"));
        if (isSasl && (user is null || password is null))
        {
            throw new RestoreException(ErrorCodes.Usage, $"{(user is null ? "KAFKA_USERNAME" : "KAFKA_PASSWORD")} is not set", hint: "A SASL protocol logs in with both.");
        }

        if (!isSasl && user is not null)
        {
            context.Log.Warning($"KAFKA_USERNAME is set, but {Word(protocol)} does not log in; --security-protocol SASL_SSL would");
        }

        if (isTls && Variable("KAFKA_SSL_CERT") is null != Variable("KAFKA_SSL_KEY") is null)
        {
            throw new RestoreException(ErrorCodes.Usage, "KAFKA_SSL_CERT and KAFKA_SSL_KEY go together, and only one is set");
        }

        return new SecurityOptions
        {
            Protocol = protocol,
            Mechanism = isSasl ? arguments.GetValue(_mechanism) ?? MechanismOfEnvironment() ?? SaslMechanismKind.Plain : null,
            Username = isSasl ? new Secret(user!) : default,
            Password = isSasl ? new Secret(password!) : default,
            CaLocation = isTls ? Variable("KAFKA_SSL_CA_CERT") : null,
            CertificateLocation = isTls ? Variable("KAFKA_SSL_CERT") : null,
            KeyLocation = isTls ? Variable("KAFKA_SSL_KEY") : null,
        };
    }

    private static SaslMechanismKind? MechanismOfEnvironment() => Variable("KAFKA_SASL_MECHANISM") is not { } word ? null
        : Mechanisms.TryGetValue(word, out var mechanism) ? mechanism
        : throw new RestoreException(ErrorCodes.Usage, $"KAFKA_SASL_MECHANISM is '{Printable.Line(word)}'", hint: "It may be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; for others use --config.");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Word(SecurityProtocolKind protocol) => Protocols.First(pair => pair.Value == protocol).Key;

    private static Option<T?> WordOption<T>(string name, string helpName, string description, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        var option = new Option<T?>(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = argument =>
            {
                var word = argument.Tokens[^1].Value;
                if (words.TryGetValue(word, out var value))
                {
                    return value;
                }

                argument.AddError($"{name} takes {string.Join(", ", words.Keys)}, not '{Printable.Line(word)}'");
                return null;
            },
        };
        option.CompletionSources.Clear(); // those of the enumeration
        option.CompletionSources.Add([.. words.Keys]);
        return option;
    }
}
