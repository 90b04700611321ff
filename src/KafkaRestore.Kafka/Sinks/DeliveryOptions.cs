namespace KafkaRestore.Kafka.Sinks;

/// <summary>How records are produced.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Which sink (<c>sink</c>); null: whole batches where the target and its authentication allow it, else the client library.</summary>
    public SinkKind? Sink { get; init; }

    /// <summary>What is done about other writers of the same partition (<c>delivery</c>); null: fenced wherever the sink can.</summary>
    public DeliveryGuarantee? Guarantee { get; init; }

    /// <summary>The codec's level; null is the codec's own default. Only zstd (1 to 19) and gzip (1 to 9) have levels.</summary>
    public int? CodecLevel { get; init; }

    /// <summary>Connections that the batch sink opens to each broker; 1 or more. Each partition keeps to one of them.</summary>
    public int ConnectionsPerBroker { get; init; } = 2;

    /// <summary>Most bytes a second that are sent to one broker, as they go over the wire; null is no limit. Batch sink only.</summary>
    public long? BrokerBytesPerSecond { get; init; }

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

/// <summary>A way of producing.</summary>
public enum SinkKind
{
    /// <summary>Whole record batches over our own protocol client: fast, and able to fence.</summary>
    Batch,

    /// <summary>Record by record over the client library: for authentication that the other lacks.</summary>
    Client,
}

/// <summary>What is done about other writers of the same partition.</summary>
public enum DeliveryGuarantee
{
    /// <summary>Older writers of the same partition are fenced off before the first record; needs rights on transactional ids.</summary>
    Fenced,

    /// <summary>Nothing: what this writer sends arrives once, what an older one had under way may arrive too.</summary>
    Idempotent,
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
