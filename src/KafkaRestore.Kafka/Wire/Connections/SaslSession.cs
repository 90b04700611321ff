namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>How long a broker takes our authentication for good (KIP-368).</summary>
/// <param name="time">The connection's clock.</param>
/// <param name="begun">When it was asked for, by that clock.</param>
/// <param name="lifetime">What the broker grants from then on; zero when it does not end.</param>
internal sealed class SaslSession(TimeProvider time, long begun, TimeSpan lifetime)
{
    private const double UsedPart = 0.85;

    // Brokers take an earlier one for a mistake.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1.1);

    /// <summary>Whether it is time to authenticate again.</summary>
    public bool IsDue => lifetime > TimeSpan.Zero && time.GetElapsedTime(begun) >= Due;

    private TimeSpan Due => lifetime * UsedPart > ShortestInterval ? lifetime * UsedPart : ShortestInterval;
}
