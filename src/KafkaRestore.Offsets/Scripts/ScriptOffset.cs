namespace KafkaRestore.Offsets.Scripts;

/// <summary>An offset that a script sets.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Offset">The offset, 0 or more.</param>
/// <param name="Comment">What the reader of the script should know of it; null for nothing.</param>
public sealed record ScriptOffset(string Group, string Topic, int Partition, long Offset, string? Comment = null);

/// <summary>What a script says of itself.</summary>
/// <param name="From">Where its offsets are from.</param>
/// <param name="WrittenAt">When it was written.</param>
/// <param name="BootstrapServers">The brokers, <c>host:port,…</c>, unless the environment names others; null: it must.</param>
public sealed record ScriptHeader(string From, DateTimeOffset WrittenAt, string? BootstrapServers = null)
{
    /// <summary>Further lines at its top: what is not in it, what is approximate.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
