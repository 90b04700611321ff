namespace KafkaRestore.Kafka.Sinks;

/// <summary>How records are produced.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Most records in one batch (<c>produce_batch_size</c>); 1 or more.</summary>
    public int BatchRecords { get; init; } = 10_000;

    /// <summary>Most bytes in one batch before compression (<c>produce_max_batch_bytes</c>); 1,024 or more. Lowered to what the topic takes.</summary>
    public int BatchBytes { get; init; } = 1_000_000;

    /// <summary>How long a batch that is not full waits for more records.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Compression of the batches sent.</summary>
    public ProduceCodec Codec { get; init; } = ProduceCodec.Lz4;

    /// <summary>How long the broker may take for one request (<c>produce_timeout_ms</c>).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the lane waits without one acknowledgement before it gives up; restarts with every acknowledgement.</summary>
    public TimeSpan AcknowledgementDeadline { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Compression of produced batches.</summary>
public enum ProduceCodec
{
    /// <summary>None.</summary>
    None,

    /// <summary>LZ4, the fastest.</summary>
    Lz4,

    /// <summary>Zstandard, the smallest.</summary>
    Zstd,

    /// <summary>Snappy.</summary>
    Snappy,

    /// <summary>Gzip.</summary>
    Gzip,
}
