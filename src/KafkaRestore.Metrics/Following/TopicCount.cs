namespace KafkaRestore.Metrics.Following;

/// <summary>What was acknowledged of a topic.</summary>
/// <param name="Records">Records.</param>
/// <param name="Bytes">Their uncompressed bytes.</param>
internal readonly record struct TopicCount(long Records, long Bytes)
{
    public static TopicCount operator +(TopicCount left, TopicCount right) => new(left.Records + right.Records, left.Bytes + right.Bytes);
}
