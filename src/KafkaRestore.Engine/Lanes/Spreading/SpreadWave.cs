using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Lanes.Spreading;

/// <summary>Lanes of a repartitioned topic that run together, and read its sources together: one reading for each generation, one after the other.</summary>
internal sealed class SpreadWave(RestorePlan plan, Repartitioning repartitioning, SegmentReader reader) : IAsyncDisposable
{
    private readonly SortedDictionary<int, SpreadReading> _generations = [];

    /// <summary>Adds a lane; before any of them runs.</summary>
    /// <param name="generation">The generation that it reads.</param>
    /// <param name="lane">Its sources there.</param>
    /// <param name="from">Where it goes on.</param>
    public ISourceReading Join(int generation, LanePlan lane, StreamPosition from)
    {
        if (!_generations.TryGetValue(generation, out var reading))
        {
            _generations[generation] = reading = new SpreadReading(plan, lane.Sources, repartitioning, reader);
        }

        return reading.Join(lane.Target.Partition, from);
    }

    /// <summary>Every lane has joined.</summary>
    public void Close()
    {
        SpreadReading? before = null;
        foreach (var reading in _generations.Values)
        {
            reading.After = before;
            before = reading;
        }
    }

    /// <summary>A lane has ended, in whatever way.</summary>
    public void Leave(int partition)
    {
        foreach (var reading in _generations.Values)
        {
            reading.Leave(partition);
        }
    }

    /// <summary>Ends all reading; every lane has left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var reading in _generations.Values)
        {
            await reading.EndAsync().ConfigureAwait(false);
        }
    }
}
