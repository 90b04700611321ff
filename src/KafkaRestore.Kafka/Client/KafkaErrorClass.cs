namespace KafkaRestore.Kafka.Client;

/// <summary>What a Kafka error asks of us.</summary>
public enum KafkaErrorClass
{
    /// <summary>No error.</summary>
    None,

    /// <summary>May pass: the same request again after a pause.</summary>
    Retriable,

    /// <summary>May pass once the leader or coordinator is known anew.</summary>
    AfterLeaderChange,

    /// <summary>The connection failed; may pass when a broker is back.</summary>
    Unreachable,

    /// <summary>The principal or its credentials are refused.</summary>
    Denied,

    /// <summary>A record or batch is larger than the topic or broker takes.</summary>
    TooLarge,

    /// <summary>The topic or partition does not exist, or not yet.</summary>
    Missing,

    /// <summary>What was to be created exists.</summary>
    Exists,

    /// <summary>Another producer took over, or the broker forgot this one: it must not send again.</summary>
    Fenced,

    /// <summary>The broker or client cannot do this at all.</summary>
    Unsupported,

    /// <summary>Refused for good; the same request can never succeed.</summary>
    Fatal,
}
