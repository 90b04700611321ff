namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Which client properties these connections honour, which they may pass over because they only tune librdkafka, and so which they cannot serve.</summary>
internal static class SupportedProperties
{
    private static readonly HashSet<string> Honoured = new(StringComparer.Ordinal)
    {
        "client.id",
        "broker.address.family",
        "socket.connection.setup.timeout.ms",
        "socket.keepalive.enable",
        "socket.nagle.disable",
        "ssl.ca.location",
        "ssl.certificate.location",
        "ssl.key.location",
        "ssl.key.password",
        "ssl.endpoint.identification.algorithm",
        "enable.ssl.certificate.verification",
        "enable.sasl.oauthbearer.unsecure.jwt",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.method",
        "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.scope",
        "sasl.oauthbearer.extensions",
        "sasl.oauthbearer.token.endpoint.url",
    };

    // How librdkafka logs, queues, waits and polls: nothing of it reaches a broker or changes what is written.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "debug",
        "log_level",
        "statistics.interval.ms",
        "enable.metrics.push",
        "broker.address.ttl",
        "broker.version.fallback",
        "connections.max.idle.ms",
        "queue.buffering.backpressure.threshold",
        "reconnect.backoff.ms",
        "reconnect.backoff.max.ms",
        "reconnect.backoff.jitter.ms",
        "retry.backoff.ms",
        "retry.backoff.max.ms",
        "socket.blocking.max.ms",
        "socket.max.fails",
        "socket.send.buffer.bytes",
        "socket.receive.buffer.bytes",
        "message.copy.max.bytes",
        "sticky.partitioning.linger.ms",
    };

    private static readonly string[] HarmlessPrefixes = ["api.version.", "log.", "metadata.", "topic.metadata.", "queued.", "fetch.", "sasl.kerberos."];

    /// <summary>The first of <paramref name="names"/> that these connections cannot serve; null when they can serve all.</summary>
    public static string? FirstUnsupported(IEnumerable<string> names) =>
        names.Order(StringComparer.Ordinal).FirstOrDefault(static name =>
            !Honoured.Contains(name) && !Harmless.Contains(name) && !Array.Exists(HarmlessPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
}
