using KafkaRestore.Engine.Lanes;

namespace KafkaRestore.Metrics.Following;

/// <summary>What only ever grows: what lanes have done since this process began to follow them. What earlier runs had done before is not in it, or rates would show it as work of a moment.</summary>
internal sealed class RunCounts
{
    public TopicCount Acknowledged { get; private set; }

    public long Acknowledgements { get; private set; }

    public long Recognised { get; private set; }

    public long Retries { get; private set; }

    public TimeSpan LimiterWait { get; private set; }

    public long LanesCompleted { get; private set; }

    public Dictionary<string, TopicCount> Topics { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="topic">The name under which its topic is counted.</param>
    public void Add(LaneStatus lane, string topic)
    {
        // In this order: a lane that begins at this moment says what was there before it counts it.
        var (records, bytes) = (lane.Acknowledged, lane.AcknowledgedBytes);
        var acknowledged = new TopicCount(Math.Max(0, records - lane.RestoredBefore), Math.Max(0, bytes - lane.RestoredBytesBefore));
        Acknowledged += acknowledged;
        Topics[topic] = Topics.GetValueOrDefault(topic) + acknowledged;
        Acknowledgements += lane.Acknowledgements;
        Recognised += lane.Recognised;
        Retries += lane.Retries;
        LimiterWait += lane.LimiterWait;
        if (lane is { State: LaneState.Done, WasDoneBefore: false })
        {
            LanesCompleted++;
        }

        if (lane is { State: LaneState.Failed, Failure: { } failure })
        {
            AddError(failure.Code.Word);
        }
    }

    /// <summary>Adds a failure.</summary>
    public void AddError(string code) => Errors[code] = Errors.GetValueOrDefault(code) + 1;

    /// <summary>Adds other counts.</summary>
    public void Add(RunCounts other)
    {
        Acknowledged += other.Acknowledged;
        Acknowledgements += other.Acknowledgements;
        Recognised += other.Recognised;
        Retries += other.Retries;
        LimiterWait += other.LimiterWait;
        LanesCompleted += other.LanesCompleted;
        foreach (var (topic, count) in other.Topics)
        {
            Topics[topic] = Topics.GetValueOrDefault(topic) + count;
        }

        foreach (var (code, count) in other.Errors)
        {
            Errors[code] = Errors.GetValueOrDefault(code) + count;
        }
    }
}
