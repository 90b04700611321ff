namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Bounds of the wire client.</summary>
internal sealed record WireOptions
{
    /// <summary>How long a connection may take until it is ready, TLS and authentication included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer may take where the request does not say.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest answer that is accepted, in bytes.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;

    /// <summary>Opens the byte stream to an address; null is TCP. TLS and authentication go over it.</summary>
    public Func<BrokerAddress, CancellationToken, ValueTask<Stream>>? Dial { get; init; }
}
