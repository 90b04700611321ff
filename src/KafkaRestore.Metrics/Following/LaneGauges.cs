using KafkaRestore.Engine.Lanes;

namespace KafkaRestore.Metrics.Following;

/// <summary>How lanes stand at a moment.</summary>
internal sealed class LaneGauges
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private readonly int[] _states = new int[Enum.GetValues<LaneState>().Length];

    /// <summary>Lanes in a state.</summary>
    public int In(LaneState state) => _states[(int)state];

    /// <summary>Lanes that wait for the target, which says why, for three seconds or longer.</summary>
    public int Troubled { get; private set; }

    /// <summary>The longest time since an acknowledgement; null where no lane runs.</summary>
    public TimeSpan? AcknowledgementAge { get; private set; }

    /// <summary>The age of the oldest checkpoint; null where no running lane has one.</summary>
    public TimeSpan? CheckpointAge { get; private set; }

    /// <summary>Bytes of offset maps.</summary>
    public long OffsetMapBytes { get; private set; }

    /// <summary>Records left out because they cannot be read or written, in all runs.</summary>
    public long Skipped { get; private set; }

    /// <summary>Adds a lane.</summary>
    public void Add(LaneStatus lane)
    {
        var state = lane.State;
        _states[(int)state]++;
        OffsetMapBytes += lane.OffsetMapBytes;
        Skipped += lane.Skips.Records;
        if (state != LaneState.Running)
        {
            return;
        }

        var silent = lane.SinceAcknowledgement;
        AcknowledgementAge = Longer(AcknowledgementAge, silent);
        if (silent >= Silence && lane.Trouble is not null)
        {
            Troubled++;
        }

        if (lane.SinceCheckpoint is { } age)
        {
            CheckpointAge = Longer(CheckpointAge, age);
        }
    }

    private static TimeSpan Longer(TimeSpan? known, TimeSpan other) => known is { } one && one > other ? one : other;
}
