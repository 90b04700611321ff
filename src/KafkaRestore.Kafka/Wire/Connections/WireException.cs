namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>A connection to a broker failed: every request without an answer has an unknown outcome.</summary>
/// <param name="failure">How it failed.</param>
/// <param name="what">What happened, without a final full stop; never holds a secret.</param>
/// <param name="inner">The cause, for logs.</param>
/// <param name="hint">What a person can do about it; null for the general remedy.</param>
internal sealed class WireException(WireFailure failure, string what, Exception? inner = null, string? hint = null) : Exception(what, inner)
{
    private readonly BrokerAddress? _address;

    private WireException(WireException original, BrokerAddress? address)
        : this(original.Failure, address is null || original._address is not null ? original.Message : $"{address}: {original.Message}", original.InnerException, original.Hint) =>
        _address = original._address ?? address;

    /// <summary>How it failed.</summary>
    public WireFailure Failure { get; } = failure;

    /// <summary>What a person can do about it; null for the general remedy.</summary>
    public string? Hint { get; } = hint;

    /// <summary>Whether it stays as it is until a person changes something.</summary>
    public bool IsFinal => Failure is WireFailure.Denied or WireFailure.Tls or WireFailure.Untrusted or WireFailure.Unsupported;

    /// <summary>The same, to be thrown once more.</summary>
    public WireException Again() => new(this, null);

    /// <summary>The same, said of <paramref name="address"/> unless it is said of one already.</summary>
    public WireException At(BrokerAddress address) => new(this, address);
}

/// <summary>How a connection failed.</summary>
internal enum WireFailure
{
    /// <summary>The host has no address, nothing listens there, or it did not answer in time.</summary>
    Unreachable,

    /// <summary>The connection was open and broke.</summary>
    Lost,

    /// <summary>A request had no answer in time.</summary>
    TimedOut,

    /// <summary>The broker's bytes are not Kafka's protocol, or not the answer that was due.</summary>
    Malformed,

    /// <summary>TLS could not be agreed on.</summary>
    Tls,

    /// <summary>The broker's certificate is not accepted.</summary>
    Untrusted,

    /// <summary>The broker refuses the credentials or the mechanism.</summary>
    Denied,

    /// <summary>The broker does not know a request, or none of the versions that we speak.</summary>
    Unsupported,

    /// <summary>We closed it.</summary>
    Closed,
}
