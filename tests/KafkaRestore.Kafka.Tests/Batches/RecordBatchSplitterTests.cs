using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Batches;

public sealed class RecordBatchSplitterTests
{
    public static TheoryData<ProduceCodec> EachCodec => BatchRecords.EachCodec;

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void The_halves_hold_the_records_of_the_whole_in_order(ProduceCodec codec) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var records = BatchRecords.Random(seed);
            if (records.Count < 2)
            {
                records = [.. records, .. TestRecords.Ordinary(1)];
            }

            using var whole = BatchRecords.Build(codec, records);
            if (seed % 2 == 0)
            {
                whole.Stamp(5, 6, 7);
            }

            var (first, second) = new RecordBatchSplitter(codec, null, BufferPool.Shared).Split(whole);
            using (first)
            using (second)
            {
                Assert.Equal(records.Count / 2, first.Count);
                BatchRecords.AssertHolds(first, [.. records.Take(first.Count)], $"first half, seed {seed}");
                var decoded = BatchRecords.AssertHolds(second, [.. records.Skip(first.Count)], $"second half, seed {seed}");
                Assert.Equal(codec, decoded.Codec);
                Assert.Equal((-1L, -1), (decoded.ProducerId, decoded.BaseSequence));
                Assert.Equal(whole.RecordBytes, first.RecordBytes + second.RecordBytes);
                Assert.Equal(whole.Count, first.Count + second.Count);
            }

            BatchRecords.AssertHolds(whole, records, $"the whole afterwards, seed {seed}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Splitting_goes_down_to_single_records_and_then_refuses(ProduceCodec codec)
    {
        IReadOnlyList<Records.Layout.RecordData> records = [.. TestRecords.Nasty(), TestRecords.Record(100, value: TestRecords.Bytes(1_500_000, 3))];
        var splitter = new RecordBatchSplitter(codec, null, BufferPool.Shared);
        var left = new Stack<RecordBatch>([BatchRecords.Build(codec, records)]);
        var done = 0;
        while (left.TryPop(out var batch))
        {
            using (batch)
            {
                if (batch.Count == 1)
                {
                    BatchRecords.AssertHolds(batch, [records[done++]]);
                    Assert.Throws<ArgumentOutOfRangeException>(() => splitter.Split(batch));
                    continue;
                }

                var (first, second) = splitter.Split(batch);
                left.Push(second);
                left.Push(first);
            }
        }

        Assert.Equal(records.Count, done);
    }
}
