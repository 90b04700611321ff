namespace KafkaRestore.Kafka.Sinks.Batch;

/// <summary>How large a batch may become; a record beyond it goes alone.</summary>
/// <param name="PlainBytes">Bytes before compression, batch header included.</param>
/// <param name="Records">Number of records.</param>
internal readonly record struct BatchBounds(int PlainBytes, int Records)
{
    // What a codec adds at most to data that it cannot shrink: a few bytes for every 64 KiB, and its frame.
    private const int FrameBytes = 128;

    /// <summary>The bounds, so that a batch of several records always fits into what the topic takes.</summary>
    public static BatchBounds For(DeliveryOptions delivery, int? topicTakes)
    {
        var most = topicTakes is { } bytes ? Math.Max(1, bytes - FrameBytes - (bytes / 4_096)) : int.MaxValue;
        return new BatchBounds(Math.Min(Math.Max(1, delivery.BatchBytes), most), Math.Max(1, delivery.BatchRecords));
    }
}
