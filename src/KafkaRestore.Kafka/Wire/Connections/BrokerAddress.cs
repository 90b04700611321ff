namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Where a broker listens.</summary>
/// <param name="Id">Its id; -1 for a bootstrap address, whose id is not known.</param>
/// <param name="Host">Host name or address; an IPv6 address without brackets.</param>
/// <param name="Port">Port, 1 to 65,535.</param>
internal sealed record BrokerAddress(int Id, string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
