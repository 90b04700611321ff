using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Steering;

/// <summary>The limits of this run and how they are changed: all that a request names, or nothing of it. For one caller at a time.</summary>
/// <param name="atStart">What holds at the start.</param>
/// <param name="changeRates">Changes records and bytes a second.</param>
/// <param name="resize">Changes the number of places for lanes.</param>
/// <param name="mostPlaces">The most places that the memory budget allows.</param>
/// <param name="log">Is told of every change.</param>
/// <param name="time">The clock.</param>
internal sealed class LimitControl(RunLimits atStart, Action<long?, long?> changeRates, Action<int> resize, int mostPlaces, SteeringLog log, TimeProvider time)
{
    /// <summary>What holds.</summary>
    public RunLimits Current { get; private set; } = atStart;

    /// <summary>Puts a request in force.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: it cannot be; nothing has changed.</exception>
    public void Apply(LimitsRequest request)
    {
        var (before, after) = (Current, request.ApplyTo(Current));
        if (after.MaxConcurrentPartitions > before.MaxConcurrentPartitions && after.MaxConcurrentPartitions > mostPlaces)
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid,
                $"this run's memory budget leaves room for {mostPlaces} partition(s) at once, not for {after.MaxConcurrentPartitions}",
                LimitChange.Section + RunLimits.MaxConcurrentPartitionsKey,
                "Ask for no more than that, or stop the run and go on with a larger restore.memory_budget.");
        }

        changeRates(after.RecordsPerSecond, after.BytesPerSecond);
        if (after.MaxConcurrentPartitions != before.MaxConcurrentPartitions)
        {
            resize(after.MaxConcurrentPartitions);
        }

        Current = after;
        log.Add(LimitChange.Between(before, after, time.GetUtcNow()));
    }
}
