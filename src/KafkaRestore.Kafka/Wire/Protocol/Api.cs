namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>One of the broker's requests: its number, the versions that we speak, and from which version on it is written flexibly (KIP-482).</summary>
/// <param name="Key">The request's number.</param>
/// <param name="Name">The request's name in Kafka's protocol guide.</param>
/// <param name="Lowest">The lowest version that we speak.</param>
/// <param name="Highest">The highest version that we speak.</param>
/// <param name="FlexibleFrom">The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/> when there is none.</param>
internal sealed record Api(short Key, string Name, short Lowest, short Highest, short FlexibleFrom)
{
    /// <summary>Whether <paramref name="version"/> is written flexibly.</summary>
    public bool IsFlexible(short version) => version >= FlexibleFrom;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
