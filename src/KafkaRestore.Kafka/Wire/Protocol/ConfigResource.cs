namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Something that has settings.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Name">A topic's name, or a broker's id (empty for the default of all brokers).</param>
internal readonly record struct ConfigResource(ConfigResourceType Type, string Name)
{
    /// <summary>Reads one.</summary>
    public static ConfigResource Read(ref WireReader reader) => new((ConfigResourceType)reader.Int8(), reader.String());

    /// <summary>Writes it.</summary>
    public void Write(WireWriter writer)
    {
        writer.Int8((sbyte)Type);
        writer.String(Name);
    }
}

/// <summary>What has settings.</summary>
internal enum ConfigResourceType : sbyte
{
    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A broker.</summary>
    Broker = 4,

    /// <summary>A broker's log levels.</summary>
    BrokerLogger = 8,
}
