using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

public sealed class OffsetMapPropertyTests
{
    [Fact]
    public void Every_lookup_is_what_a_dictionary_says()
    {
        Prop.ForAll(RandomRuns.Generator.ToArbitrary(), drawn =>
        {
            var (map, _, _) = drawn.WriteAsync().GetAwaiter().GetResult();
            CheckAll(map, drawn);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(120));
    }

    [Theory]
    [InlineData(1, 5_000, 3, 1)]
    [InlineData(2, 5_000, 0, 1)]
    [InlineData(3, 1_500, 40, 20)]
    public async Task Chunks_of_many_blocks_answer_like_a_dictionary(int seed, int count, int maxGap, int maxLength)
    {
        var drawn = RandomRuns.FromSeed(seed, count, maxGap, maxLength);
        var (map, _, state) = await drawn.WriteAsync(chunkBytes: 1500);
        Assert.True(maxGap == 0 || state.SealedChunks > 1);
        CheckAll(map, drawn);
    }

    [Fact]
    public void A_map_continued_at_any_points_is_the_same_map()
    {
        var cases = from runs in RandomRuns.Generator
                    from stops in Gen.Choose(0, 10).ArrayOf()
                    from lost in Gen.Choose(0, 5)
                    select (runs, stops, lost);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            var chunks = new InMemoryOffsetMapChunks();
            var state = Continue(drawn.runs, drawn.stops, drawn.lost, chunks);
            var map = OffsetMap.OpenAsync(chunks, state, null, default).GetAwaiter().GetResult();
            Assert.Equal(drawn.runs.Longest, map.RunsAsync(default).ToBlockingEnumerable());
            CheckAll(map, drawn.runs);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));
    }

    /// <summary>Writes with a new writer after each stop; each writer that dies has put chunks that no checkpoint counts.</summary>
    private static OffsetMapState Continue(RandomRuns drawn, int[] stops, int lost, InMemoryOffsetMapChunks chunks)
    {
        var state = OffsetMapState.Empty;
        var position = 0;
        foreach (var stop in stops.Append(int.MaxValue))
        {
            var writer = new OffsetMapWriter(state, OffsetMapWriter.MinChunkBytes);
            var next = (int)Math.Min(position + (long)stop, drawn.Appended.Count);
            for (; position < next; position++)
            {
                writer.Append(drawn.Appended[position]);
            }

            var snapshot = writer.Snapshot();
            snapshot.PutAsync(chunks, default).GetAwaiter().GetResult();
            state = new OffsetMapState(snapshot.State.SealedChunks, snapshot.State.Tail.ToArray());
            writer.Confirm(snapshot);

            // Written and put, but never in a checkpoint, and not what the next writer will write.
            for (var i = 0; i < lost * 50; i++)
            {
                writer.Append(writer.SourceEnd + 1 + i, writer.TargetEnd + 2, 1);
            }

            writer.Snapshot().PutAsync(chunks, default).GetAwaiter().GetResult();
        }

        return state;
    }

    private static void CheckAll(OffsetMap map, RandomRuns drawn)
    {
        var records = drawn.Records.ToArray();
        Assert.Equal(records.Length, map.Records);
        Assert.Equal(drawn.Longest.Count, map.Runs);
        Assert.Equal(drawn.Longest, map.RunsAsync(default).ToBlockingEnumerable());
        if (records.Length == 0)
        {
            Assert.True(map.IsEmpty);
            Assert.Equal(new OffsetTranslation(TranslationKind.EmptyMap, null, null), Translate(map, 5));
            return;
        }

        var (first, end) = (records[0].Key, records[^1].Key + 1);
        Assert.Equal((first, end, records[0].Value, records[^1].Value + 1), (map.FirstSource, map.SourceEnd, map.FirstTarget, map.TargetEnd));
        var next = 0;
        for (var source = Math.Max(first - 10, -1); source <= end + 10; source++)
        {
            while (next < records.Length && records[next].Key < source)
            {
                next++;
            }

            var expected = next == records.Length ? new OffsetTranslation(TranslationKind.End, null, records[^1].Value + 1)
                : new OffsetTranslation(records[next].Key == source ? TranslationKind.Record : TranslationKind.NextRecord, records[next].Key, records[next].Value);
            Assert.Equal(expected, Translate(map, source));
            Assert.Equal(next, map.CountBeforeSourceAsync(source, default).AsTask().GetAwaiter().GetResult());
        }

        next = 0;
        for (var target = records[0].Value - 3; target <= records[^1].Value + 3; target++)
        {
            while (next < records.Length && records[next].Value < target)
            {
                next++;
            }

            Assert.Equal(next, map.CountBeforeTargetAsync(target, default).AsTask().GetAwaiter().GetResult());
        }
    }

    private static OffsetTranslation Translate(OffsetMap map, long source) => map.TranslateAsync(source, default).AsTask().GetAwaiter().GetResult();
}
