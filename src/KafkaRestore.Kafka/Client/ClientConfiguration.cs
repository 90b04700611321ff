using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Client;

/// <summary>Turns <see cref="KafkaConnectionOptions"/> into the properties of a librdkafka client.</summary>
public static class ClientConfiguration
{
    /// <summary>The name by which brokers' logs and quotas know us.</summary>
    public const string ClientId = "kafka-restore";

    // Exactness stands on these: no one may set them from outside.
    private static readonly Dictionary<string, string> Reserved = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "target.bootstrap_servers",
        ["metadata.broker.list"] = "target.bootstrap_servers",
        ["security.protocol"] = "target.security.security_protocol",
        ["sasl.mechanism"] = "target.security.sasl_mechanism",
        ["sasl.mechanisms"] = "target.security.sasl_mechanism",
        ["sasl.username"] = "target.security.sasl_username",
        ["sasl.password"] = "target.security.sasl_password",
        ["enable.idempotence"] = "",
        ["enable.gapless.guarantee"] = "",
        ["transactional.id"] = "",
        ["acks"] = "",
        ["request.required.acks"] = "",
        ["message.timeout.ms"] = "",
        ["delivery.timeout.ms"] = "",
        ["max.in.flight"] = "",
        ["max.in.flight.requests.per.connection"] = "",
        ["retries"] = "",
        ["message.send.max.retries"] = "",
        ["queuing.strategy"] = "",
        ["delivery.report.only.error"] = "",
        ["isolation.level"] = "",
        ["group.id"] = "",
        ["allow.auto.create.topics"] = "",
        ["queue.buffering.max.messages"] = "restore.max_memory",
        ["queue.buffering.max.kbytes"] = "restore.max_memory",
        ["message.max.bytes"] = "restore.produce_max_batch_bytes",
        ["batch.size"] = "restore.produce_max_batch_bytes",
        ["batch.num.messages"] = "restore.produce_batch_size",
        ["request.timeout.ms"] = "restore.produce_timeout_ms",
        ["request.required.acks.timeout.ms"] = "restore.produce_timeout_ms",
    };

    /// <summary>Checks what can be checked without a broker.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, naming the key.</exception>
    public static void Validate(KafkaConnectionOptions options)
    {
        if (options.BootstrapServers.Count == 0 || options.BootstrapServers.Any(string.IsNullOrWhiteSpace))
        {
            throw Invalid("there is no broker to ask", "target.bootstrap_servers", "Name at least one broker as host:port.");
        }

        SecurityConfiguration.Validate(options);
        foreach (var name in options.ClientProperties.Keys)
        {
            if (Reserved.TryGetValue(name, out var instead))
            {
                throw Invalid(
                    $"the client property '{name}' cannot be set",
                    $"target.client.{name}",
                    instead.Length == 0 ? "Remove it: delivery without loss or duplicates depends on our value." : $"Use {instead} instead.");
            }
        }
    }

    /// <summary>The properties that every client instance gets.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static IDictionary<string, string> Common(KafkaConnectionOptions options)
    {
        Validate(options);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = string.Join(',', options.BootstrapServers),
            ["client.id"] = ClientId,
            ["socket.keepalive.enable"] = Boolean(options.TcpKeepAlive),
            ["socket.nagle.disable"] = Boolean(options.TcpNoDelay),

            // A broker that comes back is to be noticed soon; librdkafka's own bound is ten seconds.
            ["reconnect.backoff.max.ms"] = "2000",

            // A lane's connection is idle while its segments are fetched; that is no event.
            ["log.connection.close"] = "false",
        };
        SecurityConfiguration.Apply(options.Security, properties);
        foreach (var (name, value) in options.ClientProperties)
        {
            properties[name] = value;
        }

        return properties;
    }

    /// <summary>Creates a client instance, and turns librdkafka's complaint about a property into CONFIG_INVALID.</summary>
    internal static T Build<T>(Func<T> build)
    {
        NativeClientLibrary.EnsureLoaded();
        try
        {
            return build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid,
                $"the Kafka client refuses its configuration: {e.Message.TrimEnd('.')}",
                "target",
                $"Correct target.security or target.client; {NativeClientLibrary.Current} decides which properties exist.",
                e);
        }
    }

    internal static RestoreException Invalid(string what, string where, string hint) => new(ErrorCodes.ConfigInvalid, what, where, hint);

    internal static string Boolean(bool value) => value ? "true" : "false";
}
