using System.Buffers.Binary;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Spreading;

/// <summary>
/// Into which partition of a repartitioned topic a record goes. Keeps no state: the record alone decides, in whatever run and beside whatever other records.
/// </summary>
internal readonly struct RecordPartitioner(Repartitioning repartitioning)
{
    private const int OffsetAt = sizeof(int);
    private const int OriginBytes = OffsetAt + sizeof(long);

    private readonly bool _byKey = repartitioning.Strategy == PartitioningStrategy.Murmur2;
    private readonly uint _partitions = (uint)repartitioning.TargetPartitions;

    /// <summary>The partition of <paramref name="record"/>, which comes from <paramref name="sourcePartition"/>.</summary>
    public int PartitionOf(in RecordView record, int sourcePartition)
    {
        // An empty key is hashed as every other, as producers do.
        var hash = _byKey && !record.KeyIsNull ? Murmur2.Of(record.Key) : OfOrigin(sourcePartition, record.Offset);
        return (int)((hash & int.MaxValue) % _partitions);
    }

    private static uint OfOrigin(int sourcePartition, long offset)
    {
        Span<byte> origin = stackalloc byte[OriginBytes];
        BinaryPrimitives.WriteInt32BigEndian(origin, sourcePartition);
        BinaryPrimitives.WriteInt64BigEndian(origin[OffsetAt..], offset);
        return Murmur2.Of(origin);
    }
}
