using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>
/// Compares the offset maps that a job has kept with a brute-force oracle made of the official client's dump: the n-th record of a lane's stream
/// is the n-th record of the log.
/// </summary>
internal static class MapJudge
{
    private const int BeyondEnd = 10;
    private const int MergedQuestions = 300;

    /// <summary>Asks for every source offset from 0 to the end and some more.</summary>
    public static async Task JudgeAsync(Scenario scenario, IReadOnlyDictionary<TargetPartition, IReadOnlyList<ConsumedRecord>> found)
    {
        var configuration = new ConfigurationReader().ReadFile(scenario.Configure([])).Require();
        var options = configuration.Options with { State = configuration.Options.State! with { Directory = scenario.StateDirectory } };
        await using var storage = StorageFactory.Open(options.Storage);
        await using var cluster = new TargetCluster(scenario.Broker.Connection);
        await using var sinks = new ChosenSinkFactory(options.Target, options.Delivery);
        using var job = new RestoreJob(options, storage, cluster, sinks);
        await job.OpenAsync(await job.PlanAsync(default), default);
        foreach (var lane in scenario.Lanes)
        {
            await JudgeAsync(job.State!.Stored, lane, found[lane.Target]);
        }
    }

    private static async Task JudgeAsync(StoredJob job, ExpectedLane lane, IReadOnlyList<ConsumedRecord> found)
    {
        var stored = job.Lanes.Single(stored => stored.Target == lane.Target);
        var checkpoint = job.ReadLane(stored.Number);
        Assert.NotNull(checkpoint);
        Assert.Equal(lane.Sources.Select(source => (source.Topic, source.Partition)), checkpoint.Sources.Select(source => (source.Topic, source.Partition)));

        var maps = new List<OffsetMap>();
        var oracles = new List<IReadOnlyList<(long Source, long Target)>>();
        for (var i = 0; i < lane.Sources.Count; i++)
        {
            var chunks = new DirectoryOffsetMapChunks(Path.Combine(job.FolderOf("maps"), $"{stored.Number}.{i}"));
            maps.Add(await OffsetMap.OpenAsync(chunks, new OffsetMapState(checkpoint.Sources[i].MapChunks, checkpoint.Sources[i].MapTail), null, default));
            oracles.Add([.. lane.Stream.Zip(found).Where(pair => pair.First.Source == i).Select(pair => (pair.First.Record.Offset, pair.Second.Offset))]);
            await JudgeAsync($"{lane.Sources[i]}", maps[i], oracles[i], lane.Sources[i].End + BeyondEnd);
        }

        if (lane.Sources.Count > 1)
        {
            await JudgeMergedAsync(lane, maps, oracles);
        }
    }

    private static async Task JudgeAsync(string source, OffsetMap map, IReadOnlyList<(long Source, long Target)> oracle, long end)
    {
        Assert.Equal(oracle.Count, map.Records);
        for (long offset = 0; offset <= end; offset++)
        {
            var next = oracle.FirstOrDefault(pair => pair.Source >= offset, (-1, -1));
            var expected = oracle.Count == 0 ? new OffsetTranslation(TranslationKind.EmptyMap, null, null)
                : next.Source < 0 ? new OffsetTranslation(TranslationKind.End, null, oracle[^1].Target + 1)
                : new OffsetTranslation(next.Source == offset ? TranslationKind.Record : TranslationKind.NextRecord, next.Source, next.Target);
            var said = await map.TranslateAsync(offset, default);
            Assert.True(expected == said, $"{source} at {offset}: the map says {said}, and it is {expected}");
        }
    }

    /// <summary>The bounded rule: nothing unread before the offset, and as many read again as it says.</summary>
    private static async Task JudgeMergedAsync(ExpectedLane lane, List<OffsetMap> maps, List<IReadOnlyList<(long Source, long Target)>> oracles)
    {
        var random = new Random(ChaosSettings.Seed);
        for (var question = 0; question < MergedQuestions; question++)
        {
            var progress = lane.Sources.Select(source => random.Next(5) switch
            {
                0 => SourceProgress.NotRead,
                1 => SourceProgress.FromStart,
                2 => SourceProgress.At(source.End + random.Next(BeyondEnd)),
                _ => SourceProgress.At(random.NextInt64(source.End)),
            }).ToList();
            var said = await MergedPosition.FindAsync([.. maps.Zip(progress)], default);

            var read = oracles.SelectMany((oracle, i) => oracle.Where(pair => progress[i].Reads && pair.Source < (progress[i].Committed ?? 0)).Select(pair => pair.Target)).ToList();
            var unread = oracles.SelectMany((oracle, i) => oracle.Where(pair => progress[i].Reads && pair.Source >= (progress[i].Committed ?? 0)).Select(pair => pair.Target)).ToList();
            var expected = !progress.Any(source => source.Reads) ? new MergedPosition(MergedPositionKind.NoSource, null, 0)
                : unread.Count == 0 ? new MergedPosition(MergedPositionKind.End, oracles.Max(oracle => oracle.Count == 0 ? 0 : oracle[^1].Target + 1), 0)
                : new MergedPosition(MergedPositionKind.Record, unread.Min(), read.Count(target => target >= unread.Min()));
            Assert.True(expected == said, $"{lane.Target}, progress {string.Join(", ", progress)}: said {said}, and it is {expected}");
        }
    }
}
