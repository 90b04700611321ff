using System.Globalization;

namespace KafkaRestore.Kafka;

/// <summary>How a connection to the target was made, as it was agreed on, not as it was asked for. Holds no secret.</summary>
public sealed record ConnectionDescription
{
    /// <summary>The protocol: <c>PLAINTEXT</c>, <c>SSL</c>, <c>SASL_PLAINTEXT</c> or <c>SASL_SSL</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The version of TLS and the cipher; null without TLS, and where the client does not tell.</summary>
    public string? Tls { get; init; }

    /// <summary>Whom the broker's certificate is for; null without TLS, and where the client does not tell.</summary>
    public string? BrokerCertificate { get; init; }

    /// <summary>When that certificate ends.</summary>
    public DateTimeOffset? BrokerCertificateEnds { get; init; }

    /// <summary>Whom our own certificate is for; null when none is shown.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The SASL mechanism; null without SASL.</summary>
    public string? Mechanism { get; init; }

    /// <summary>The user name; null where the mechanism has none.</summary>
    public string? User { get; init; }

    /// <summary>What speaks with the brokers: <c>wire</c>, or librdkafka and its version.</summary>
    public required string Client { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var tls = string.Join(", ", new[] { Tls, Broker(), ClientCertificate is null ? null : $"own certificate {ClientCertificate}" }.OfType<string>());
        var sasl = Mechanism is null ? "" : $", {Mechanism}{(User is null ? "" : $" as {User}")}";
        return $"{Protocol}{(tls.Length == 0 ? "" : $" ({tls})")}{sasl}, over {(Client == "wire" ? "the wire client" : Client)}";
    }

    private string? Broker() => BrokerCertificate is null ? null
        : BrokerCertificateEnds is { } ends ? string.Create(CultureInfo.InvariantCulture, $"certificate {BrokerCertificate} until {ends:yyyy-MM-dd}")
        : $"certificate {BrokerCertificate}";
}
