using System.Text;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Spreading;

public sealed class RecordPartitionerTests
{
    // What kafka-clients 4.3 answers for these keys: toPositive(murmur2(key)) modulo the partitions.
    [Theory]
    [InlineData("21", 1_173_551_340)]
    [InlineData("foobar", 1_357_151_166)]
    [InlineData("a-little-bit-long-string", 1_161_502_112)]
    [InlineData("a-little-bit-longer-string", 661_178_819)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 2_088_585_677)]
    [InlineData("abc", 479_470_107)]
    public void A_key_goes_where_kafkas_default_partitioner_puts_it(string key, int hash)
    {
        foreach (var partitions in new[] { 1, 2, 3, 7, 12, 100, 99_999 })
        {
            Assert.Equal(hash % partitions, PartitionOf(PartitioningStrategy.Murmur2, partitions, TestRecords.Record(5, 0, Encoding.UTF8.GetBytes(key), [1]), 3));
        }
    }

    [Fact]
    public void An_empty_key_is_hashed_and_a_missing_one_goes_by_its_origin()
    {
        var empty = Enumerable.Range(0, 100).Select(offset => PartitionOf(PartitioningStrategy.Murmur2, 16, TestRecords.Record(offset, 0, [], [1]), offset)).ToHashSet();
        Assert.Equal([275_646_681 % 16], empty);
        var missing = Enumerable.Range(0, 400).Select(offset => PartitionOf(PartitioningStrategy.Murmur2, 16, TestRecords.Record(offset, 0, null, [1]), 0)).ToHashSet();
        Assert.Equal(16, missing.Count);
    }

    [Fact]
    public void Without_regard_to_keys_records_are_spread_evenly_and_always_alike()
    {
        var counts = new int[10];
        for (var offset = 0; offset < 10_000; offset++)
        {
            var record = TestRecords.Record(offset, 0, [1], [2]);
            var partition = PartitionOf(PartitioningStrategy.Automatic, counts.Length, record, offset % 3);
            Assert.Equal(partition, PartitionOf(PartitioningStrategy.Automatic, counts.Length, record with { Key = null, Timestamp = 9 }, offset % 3));
            counts[partition]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 800, 1_200));
    }

    private static int PartitionOf(PartitioningStrategy strategy, int partitions, RecordData record, int source)
    {
        var bytes = new byte[RecordEncoder.SizeOf(record)];
        RecordEncoder.Write(bytes, record);
        return new RecordPartitioner(new Repartitioning(strategy, partitions)).PartitionOf(RecordView.At(bytes), source);
    }
}
