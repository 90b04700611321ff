using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

/// <summary>Runs as appended (they may touch), and the map that they make as a plain dictionary.</summary>
internal sealed record RandomRuns(IReadOnlyList<OffsetRun> Appended)
{
    /// <summary>Dense, sparse, with gaps on either axis, runs that continue each other included.</summary>
    public static Gen<RandomRuns> Generator { get; } =
        from sourceGap in Gen.Elements(0, 1, 3, 100)
        from targetGap in Gen.Elements(0, 0, 1, 50)
        from length in Gen.Elements(1, 2, 40)
        from first in Gen.Elements(0L, 0L, 7L, 1L << 40)
        from steps in (from s in Gen.Choose(0, sourceGap) from t in Gen.Choose(0, targetGap) from n in Gen.Choose(1, length) select (s, t, n)).ListOf()
        select Make(first, steps);

    /// <summary>Target offset by source offset.</summary>
    public SortedDictionary<long, long> Records { get; } = new(Appended.SelectMany(run => Enumerable.Range(0, (int)run.Length).Select(i => (run.Source + i, run.Target + i))).ToDictionary());

    /// <summary>The runs in their longest form.</summary>
    public IReadOnlyList<OffsetRun> Longest
    {
        get
        {
            var runs = new List<OffsetRun>();
            foreach (var run in Appended)
            {
                if (runs.Count > 0 && runs[^1].SourceEnd == run.Source && runs[^1].TargetEnd == run.Target)
                {
                    runs[^1] = runs[^1] with { Length = runs[^1].Length + run.Length };
                }
                else
                {
                    runs.Add(run);
                }
            }

            return runs;
        }
    }

    public static RandomRuns FromSeed(int seed, int count, int maxGap = 3, int maxLength = 3)
    {
        var random = new Random(seed);
        return Make(random.Next(100), Enumerable.Range(0, count).Select(_ => (random.Next(maxGap + 1), random.Next(4) == 0 ? random.Next(5) : 0, random.Next(1, maxLength + 1))));
    }

    /// <summary>A map with all runs, and its chunks.</summary>
    public async Task<(OffsetMap Map, InMemoryOffsetMapChunks Chunks, OffsetMapState State)> WriteAsync(int chunkBytes = OffsetMapWriter.MinChunkBytes)
    {
        var writer = new OffsetMapWriter(chunkBytes);
        foreach (var run in Appended)
        {
            writer.Append(run);
        }

        var chunks = new InMemoryOffsetMapChunks();
        var snapshot = writer.Snapshot();
        await snapshot.PutAsync(chunks, default);
        return (await OffsetMap.OpenAsync(chunks, snapshot.State, null, default), chunks, snapshot.State);
    }

    private static RandomRuns Make(long first, IEnumerable<(int SourceGap, int TargetGap, int Length)> steps)
    {
        var runs = new List<OffsetRun>();
        var (source, target) = (first, first / 3);
        foreach (var step in steps)
        {
            var run = new OffsetRun(source + step.SourceGap, target + step.TargetGap, step.Length);
            runs.Add(run);
            (source, target) = (run.SourceEnd, run.TargetEnd);
        }

        return new RandomRuns(runs);
    }
}
