using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Running;

/// <summary>Carries out the lanes of a run: in this process (<see cref="LocalLanes"/>), or elsewhere. Thread-safe.</summary>
public interface ILaneExecution : IAsyncDisposable
{
    /// <summary>How many lanes of a repartitioned topic run together in one place, 1 or more.</summary>
    int LanesTogether { get; }

    /// <summary>The highest <c>max_concurrent_partitions</c> for which there is memory.</summary>
    int MostConcurrentPartitions { get; }

    /// <summary>Is called when <see cref="PlacesFor"/> may give another number than before.</summary>
    Action PlacesChanged { set; }

    /// <summary>How many places a limit of <paramref name="maxConcurrentPartitions"/> means, 1 or more.</summary>
    int PlacesFor(int maxConcurrentPartitions);

    /// <summary>Hears how many places are taken or may be taken next.</summary>
    void Reserve(int places);

    /// <summary>Puts other limits of all lanes together in force; null is no limit.</summary>
    void ChangeRates(long? recordsPerSecond, long? bytesPerSecond);

    /// <summary>Carries out one lane, or several of a repartitioned topic that read together, to their end; how each ended stands in its status.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="stop">Stops them; what is under way is settled, and their progress saved.</param>
    Task RunAsync(IReadOnlyList<LaneTask> lanes, CancellationToken stop);
}

/// <summary>A run whose lanes are to be carried out.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="State">The state of its job; null keeps none.</param>
/// <param name="LanesTogether">How many lanes of a repartitioned topic may run together in one process with the job's memory budget.</param>
/// <param name="MostConcurrentPartitions">The highest <c>max_concurrent_partitions</c> for one process with that budget.</param>
/// <param name="BrokerBytesPerSecond">Most bytes a second to each broker, over all lanes; null is no limit.</param>
public sealed record LaneRun(RestorePlan Plan, JobState? State, int LanesTogether, int MostConcurrentPartitions, long? BrokerBytesPerSecond);

/// <summary>A lane to be carried out.</summary>
/// <param name="Status">Is kept up to date.</param>
/// <param name="Range">Where its target's log began and ended before the first lane.</param>
/// <param name="Topic">Its target's topic; null when it could not be described.</param>
public sealed record LaneTask(LaneStatus Status, PartitionRange Range, TopicDescription? Topic);
