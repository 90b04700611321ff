using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Cli.Demo;

/// <summary>Reads every restored record back and compares it with the archive, byte for byte.</summary>
internal static class ReadBack
{
    /// <summary>Compares all lanes.</summary>
    /// <returns>How many records were compared.</returns>
    /// <exception cref="RestoreException">The first difference.</exception>
    public static async Task<long> CompareAsync(RestorePlan plan, IReadOnlyList<LaneStatus> lanes, IArchiveStorage storage, KafkaConnectionOptions connection, CancellationToken cancellationToken)
    {
        using var target = new PartitionReader(connection);
        var reader = new SegmentReader(storage, new MemoryBudget(64 << 20));
        long compared = 0;
        foreach (var lane in lanes)
        {
            var stream = new LaneStream(plan, lane.Lane, reader, new MemoryBudget(8 << 20));
            using var actual = target.Read(lane.Lane.Target, lane.Baseline, lane.Baseline + lane.Acknowledged, cancellationToken).GetEnumerator();
            await foreach (var block in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    foreach (var expected in block)
                    {
                        if (!actual.MoveNext() || !AreEqual(expected, actual.Current))
                        {
                            throw new RestoreException(ErrorCodes.Internal, $"the record at source offset {expected.Offset} did not come back as the archive holds it", lane.Lane.Target.ToString());
                        }

                        compared++;
                    }
                }
            }
        }

        return compared;
    }

    private static bool AreEqual(RecordView expected, RecordData actual)
    {
        var moved = actual with { Offset = expected.Offset };
        var encoded = new byte[RecordEncoder.SizeOf(moved)];
        RecordEncoder.Write(encoded, moved);
        return expected.Encoded.SequenceEqual(encoded);
    }
}
