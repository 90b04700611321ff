using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Batches;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

public sealed class RecordOriginTests
{
    [Fact]
    public void Offsets_and_fingerprints_are_those_of_the_records_however_they_came() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var records = Records(random);
            using var origin = new RecordOrigin(7);
            for (var done = 0; done < records.Count;)
            {
                var piece = records.Skip(done).Take(random.Next(1, 100)).ToList();
                if (random.Next(2) == 0)
                {
                    origin.Add(BatchRecords.Encode(piece), piece.Count);
                }
                else
                {
                    piece.ForEach(record => origin.Add(record.Offset, DigestOf(record)));
                }

                done += piece.Count;
            }

            AssertNotes(records, origin, Math.Min(records.Count, RecordOrigin.MostDigests));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void The_parts_of_a_split_know_their_own_records() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var records = Records(random);
            var origin = new RecordOrigin(7);
            origin.Add(BatchRecords.Encode(records), records.Count);
            var cut = random.Next(1, records.Count);
            var known = Math.Min(records.Count, RecordOrigin.MostDigests);

            var (first, second) = origin.Split(cut);
            using (first)
            using (second)
            {
                var ofSecond = Math.Min(records.Count - cut, known);
                AssertNotes([.. records.Skip(cut)], second, ofSecond);
                AssertNotes([.. records.Take(cut)], first, known - ofSecond);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_fingerprint_tells_of_everything_but_the_offset()
    {
        var record = new RecordData(5, 10, [1, 2], [3], [TestRecords.Header("a", [1]), TestRecords.Header("b", null)]);
        RecordData[] others =
        [
            record with { Timestamp = 11 },
            record with { Key = null },
            record with { Key = [] },
            record with { Value = null },
            record with { Value = [] },
            record with { Headers = [record.Headers[1], record.Headers[0]] },
            record with { Headers = [record.Headers[0], TestRecords.Header("b", [])] },
            record with { Headers = [record.Headers[0]] },
        ];

        Assert.Equal(DigestOf(record), DigestOf(record with { Offset = 6 }));
        Assert.Equal(others.Length + 1, others.Append(record).Select(DigestOf).Distinct().Count());
    }

    [Fact]
    public void Every_negative_length_is_the_same_null_to_a_fingerprint()
    {
        var record = new RecordData(5, 10, null, null, [TestRecords.Header("a", null)]);
        var encoded = BatchRecords.Encode([record]);
        var odd = encoded.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(odd.AsSpan(20), -2);
        BinaryPrimitives.WriteInt32LittleEndian(odd.AsSpan(24), int.MinValue);
        BinaryPrimitives.WriteInt32LittleEndian(odd.AsSpan(odd.Length - 4), -9);

        Assert.Equal(DigestOf(record), RecordDigest.Of(RecordView.At(odd)));
    }

    private static void AssertNotes(IReadOnlyList<RecordData> records, RecordOrigin origin, int digests)
    {
        Assert.Equal(7, origin.Source);
        var runs = origin.Runs.ToArray();
        Assert.Equal(records.Select(record => record.Offset), runs.SelectMany(run => Enumerable.Range(0, run.Count).Select(i => run.First + i)));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
        Assert.Equal(records.TakeLast(digests).Select(DigestOf), origin.Digests.ToArray());
    }

    private static List<RecordData> Records(Random random)
    {
        var records = new List<RecordData>();
        var offset = random.Next(3) * 1_000L;
        for (var count = random.Next(2, 300); count > 0; count--)
        {
            records.Add(TestRecords.Record(offset, value: TestRecords.Bytes(random.Next(40), random.Next())));
            offset += random.Next(4) == 0 ? random.Next(1, 5) : 1;
        }

        return records;
    }

    private static uint DigestOf(RecordData record) => RecordDigest.Of(RecordView.At(BatchRecords.Encode([record])));
}
