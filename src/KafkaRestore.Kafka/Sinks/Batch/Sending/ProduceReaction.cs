namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>What a broker's answer to a batch asks of us.</summary>
internal enum ProduceReaction
{
    /// <summary>The batch is in the log for good.</summary>
    Acknowledge,

    /// <summary>May pass: the same batch again after a pause, and after a look whether it has landed.</summary>
    Resend,

    /// <summary>The leader is another one now: find it, then as <see cref="Resend"/>.</summary>
    FindLeader,

    /// <summary>The broker and we disagree about what is in the log: fence again, see what has landed, send the rest.</summary>
    Reown,

    /// <summary>Too large: the same records in two batches; fatal for one record.</summary>
    Split,

    /// <summary>Refused for good because of a record in it: fatal, unless such records may be left out.</summary>
    Isolate,

    /// <summary>The one record of the batch is left out. No answer asks for it: it follows from one that does not go away.</summary>
    LeaveOut,

    /// <summary>Another process took the partition over: nothing more may be sent, and nothing re-initialised.</summary>
    Fenced,

    /// <summary>The principal may not write.</summary>
    Denied,

    /// <summary>Refused for good.</summary>
    Fatal,
}
