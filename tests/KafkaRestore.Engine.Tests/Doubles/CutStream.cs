using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>A lane's stream, read on from some place until some records are acknowledged, and what a checkpoint then says.</summary>
/// <param name="Records">The records acknowledged.</param>
/// <param name="Snapshot">The checkpoint.</param>
/// <param name="Counters">What happened to each source's records.</param>
internal sealed record CutStream(List<RecordData> Records, LaneSnapshot Snapshot, IReadOnlyList<SourceCounters> Counters)
{
    /// <summary>Segments done with, per source.</summary>
    public IEnumerable<long> Segments => Counters.Select(counter => counter.SegmentsRead);

    /// <summary>Where a lane that finds this checkpoint goes on.</summary>
    public LaneStart Next => new(
        Snapshot.Position,
        Snapshot.TargetEnd,
        RecordTail.From(Snapshot.Tail),
        [.. Snapshot.Tallies.Zip(Snapshot.Maps, (tally, map) => new LaneSourceStart(default, tally, map.State))]);

    /// <summary>The counters of a lane that starts there.</summary>
    public static List<SourceCounters> CountersAt(LaneStart start) => [.. start.Sources.Select(source => new SourceCounters(source.Tally))];

    /// <summary>Reads, and has at most <paramref name="most"/> records acknowledged, in pieces of any size.</summary>
    public static async Task<CutStream> ReadAsync(LanePlan lane, LaneStream stream, LaneStart start, int most)
    {
        var journal = new LaneJournal(new LaneStatus(lane, TimeProvider.System), start);
        var records = new List<RecordData>();
        await using var feed = new LaneFeed([(1, stream)], journal);
        var end = start.TargetEnd;
        while (records.Count < most && await feed.MoveNextAsync(comparing: false, CancellationToken.None))
        {
            using var block = feed.TakeAll();
            var (count, length) = (0, 0);
            foreach (var record in block)
            {
                if (records.Count < most)
                {
                    records.Add(RecordData.From(record));
                    length += record.Encoded.Length;
                    count++;
                }
            }

            using var first = count == block.Count ? null : block.SplitFirst(count, length);
            FoundRecords.Acknowledge(journal, first ?? block, end);
            end += count;
        }

        return new CutStream(records, journal.Snapshot(), stream.Counters);
    }
}
