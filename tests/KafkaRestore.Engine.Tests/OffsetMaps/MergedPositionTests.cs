using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

public sealed class MergedPositionTests
{
    [Fact]
    public void It_is_the_first_record_that_any_source_has_unread()
    {
        // Each element is a record of the target in order: which source it came from, and how many source offsets were left out before it.
        var cases = from sources in Gen.Choose(1, 4)
                    from log in (from source in Gen.Choose(0, sources - 1) from gap in Gen.Choose(0, 2) from blank in Gen.Choose(0, 1) select (source, gap, blank)).ListOf()
                    from commits in Gen.Choose(-2, 30).ArrayOf(sources)
                    select (sources, log, commits);
        Prop.ForAll(cases.ToArbitrary(), drawn => Compare(drawn.sources, drawn.log, drawn.commits))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(60));
    }

    [Fact]
    public async Task Nothing_mapped_and_nothing_read_are_cases_of_their_own()
    {
        var empty = await OpenAsync(new OffsetMapWriter());
        var writer = new OffsetMapWriter();
        writer.Append(0, 10, 5);
        var map = await OpenAsync(writer);
        Assert.Equal(new MergedPosition(MergedPositionKind.NoSource, null, 0), await MergedPosition.FindAsync([], default));
        Assert.Equal(new MergedPosition(MergedPositionKind.NoSource, null, 0), await MergedPosition.FindAsync([(map, SourceProgress.NotRead)], default));
        Assert.Equal(new MergedPosition(MergedPositionKind.EmptyMaps, null, 0), await MergedPosition.FindAsync([(empty, SourceProgress.FromStart)], default));
        Assert.Equal(new MergedPosition(MergedPositionKind.End, 15, 0), await MergedPosition.FindAsync([(empty, SourceProgress.FromStart), (map, SourceProgress.NotRead)], default));
        Assert.Equal(new MergedPosition(MergedPositionKind.Record, 10, 0), await MergedPosition.FindAsync([(map, SourceProgress.FromStart)], default));
        Assert.Equal(new MergedPosition(MergedPositionKind.Record, 12, 0), await MergedPosition.FindAsync([(map, SourceProgress.At(2))], default));
    }

    [Fact]
    public async Task A_source_that_was_read_further_is_read_again_from_there()
    {
        var slow = new OffsetMapWriter();
        var fast = new OffsetMapWriter();
        slow.Append(100, 0, 10);
        fast.Append(500, 10, 10);
        slow.Append(110, 20, 10);
        var position = await MergedPosition.FindAsync([(await OpenAsync(slow), SourceProgress.At(105)), (await OpenAsync(fast), SourceProgress.At(507))], default);
        Assert.Equal(new MergedPosition(MergedPositionKind.Record, 5, 7), position);
    }

    private static void Compare(int sources, IEnumerable<(int Source, int Gap, int Blank)> log, int[] commits)
    {
        var writers = Enumerable.Range(0, sources).Select(_ => new OffsetMapWriter(OffsetMapWriter.MinChunkBytes)).ToArray();
        var records = new List<(int Source, long SourceOffset, long Target)>();
        long target = 0;
        foreach (var (source, gap, blank) in log)
        {
            target += blank;
            var sourceOffset = writers[source].SourceEnd + gap;
            writers[source].Append(sourceOffset, target, 1);
            records.Add((source, sourceOffset, target++));
        }

        // -2: not read; -1: read without a commit.
        bool Reads(int source) => commits[source] != -2;
        bool IsRead((int Source, long SourceOffset, long Target) record) => Reads(record.Source) && record.SourceOffset < commits[record.Source];
        var unread = records.Where(record => Reads(record.Source) && !IsRead(record)).Select(record => (long?)record.Target).Min();
        var expected = !commits.Any(commit => commit != -2) ? new MergedPosition(MergedPositionKind.NoSource, null, 0)
            : records.Count == 0 ? new MergedPosition(MergedPositionKind.EmptyMaps, null, 0)
            : unread is { } offset ? new MergedPosition(MergedPositionKind.Record, offset, records.Count(record => IsRead(record) && record.Target >= offset))
            : new MergedPosition(MergedPositionKind.End, records[^1].Target + 1, 0);

        var maps = writers.Select((writer, i) => (OpenAsync(writer).GetAwaiter().GetResult(),
            commits[i] switch { -2 => SourceProgress.NotRead, -1 => SourceProgress.FromStart, var commit => SourceProgress.At(commit) })).ToArray();
        Assert.Equal(expected, MergedPosition.FindAsync(maps, default).AsTask().GetAwaiter().GetResult());
    }

    private static async Task<OffsetMap> OpenAsync(OffsetMapWriter writer)
    {
        var chunks = new InMemoryOffsetMapChunks();
        var snapshot = writer.Snapshot();
        await snapshot.PutAsync(chunks, default);
        return await OffsetMap.OpenAsync(chunks, snapshot.State, null, default);
    }
}
