using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Sets;

/// <summary>The state of a job on disk whose maps are made by hand: topics a and b with a partition each.</summary>
internal sealed class StoredJobMaps : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-maps-");
    private readonly Dictionary<(int Lane, int Source), OffsetMapWriter> _writers = [];

    public JobLocation Location => JobLocation.AtFile(Path.Combine(_directory.FullName, "job.json"));

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>The folder of a lane's checkpoint and of its maps.</summary>
    public string RunFolder => Path.Combine(_directory.FullName, "job.json.d", "run-1");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Begins the job without a checkpoint.</summary>
    public StoredJob Open(bool merged = false)
    {
        var options = merged ? Defaults() with { Mapping = new MappingOptions { Topics = new Dictionary<string, string> { ["a"] = "all", ["b"] = "all" } } } : Defaults();
        var plan = Plan(options, ("a", 0, [Segment(0, 1_000_000)]), ("b", 0, [Segment(0, 1_000_000)]));
        return new JobStore().OpenOrCreate(Request(Location, plan, options));
    }

    /// <summary>Adds runs to the map of a lane's source and saves a checkpoint, as a run does that is then killed or goes on.</summary>
    public async Task AppendAsync(StoredJob job, int lane, IEnumerable<OffsetRun> runs, int source = 0, int putAfter = int.MaxValue)
    {
        if (!_writers.TryGetValue((lane, source), out var writer))
        {
            _writers.Add((lane, source), writer = new OffsetMapWriter());
        }

        var appended = 0;
        foreach (var run in runs)
        {
            writer.Append(run);
            if (++appended % putAfter == 0)
            {
                await PutAsync(job, writer, lane, source);
            }
        }

        await PutAsync(job, writer, lane, source);
        await SaveAsync(job, job.Lanes[lane]);
    }

    private static async Task PutAsync(StoredJob job, OffsetMapWriter writer, int lane, int source)
    {
        var snapshot = writer.Snapshot();
        await snapshot.PutAsync(StoredLane.ChunksOf(job, lane, source), default);
        writer.Confirm(snapshot);
    }

    private async Task SaveAsync(StoredJob job, JobLane lane)
    {
        var sources = new List<SourceCheckpoint>();
        foreach (var (source, i) in lane.Generations[^1].Stream.Sources.Select((source, i) => (source, i)))
        {
            var state = _writers.TryGetValue((lane.Number, i), out var writer) ? writer.Snapshot().State : OffsetMapState.Empty;
            var map = await OffsetMap.OpenAsync(StoredLane.ChunksOf(job, lane.Number, i), state, null, default);
            sources.Add(new SourceCheckpoint
            {
                Topic = source.Topic,
                Partition = source.Partition,
                Records = map.Records,
                Bytes = map.Records,
                FirstSourceOffset = map.FirstSource,
                LastSourceOffset = map.SourceEnd - 1,
                FirstTargetOffset = map.FirstTarget,
                LastTargetOffset = map.TargetEnd - 1,
                FirstTimestamp = 1_000,
                LastTimestamp = 2_000,
                MapChunks = state.SealedChunks,
                MapTail = state.Tail,
            });
        }

        var end = sources.Max(source => source.LastTargetOffset + 1) ?? 0;
        job.Save(lane.Number, new LaneCheckpoint
        {
            Topic = lane.Target.Topic,
            Partition = lane.Target.Partition,
            State = LaneState.Running,
            Baseline = 0,
            ExpectedEnd = end,
            Position = new StreamPosition(1, 0, sources[0].LastSourceOffset + 1 ?? 0, sources[0].LastSourceOffset + 1 ?? 0),
            Tail = TailDigest.None,
            Sources = sources,
        });
        job.SaveSummary(JobStatus.Running, now: true);
    }
}
