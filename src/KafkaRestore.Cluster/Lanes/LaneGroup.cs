using KafkaRestore.Cluster.Messages;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>Lanes that run together, as the coordinator of their job knows them: who has them, when they were heard of, how they ended. Thread-safe.</summary>
/// <param name="orders">What is asked of whoever carries them out.</param>
/// <param name="lanes">The same lanes, kept up to date.</param>
internal sealed class LaneGroup(IReadOnlyList<LaneOrder> orders, IReadOnlyList<LaneTask> lanes)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<IReadOnlyList<LaneReport>> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _heard;

    /// <summary>The number of the first of them, by which they are called.</summary>
    public int First => orders[0].Lane;

    /// <summary>What is asked of whoever carries them out.</summary>
    public IReadOnlyList<LaneOrder> Orders => orders;

    /// <summary>The lanes.</summary>
    public IReadOnlyList<LaneTask> Lanes => lanes;

    /// <summary>How they ended this time.</summary>
    public Task<IReadOnlyList<LaneReport>> Ended => _ended.Task;

    /// <summary>The name of the silo that has them; null: none, as far as anybody knows.</summary>
    public volatile string? Silo;

    /// <summary>Its address.</summary>
    public volatile string? Address;

    /// <summary>Whether they are to stop.</summary>
    public volatile bool IsToStop;

    /// <summary>Whether all of them have begun and none has ended.</summary>
    public bool IsAtWork => lanes.All(static lane => lane.Status.State == LaneState.Running);

    /// <summary>Records that they have yet to account for.</summary>
    public long RecordsLeft => lanes.Sum(static lane => lane.Status.Lane.RecordCount - lane.Status.AccountedFor);

    /// <summary>They are to be carried out once more, by whomever.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (_heard, Silo, Address) = (null, null, null);
        }
    }

    /// <summary>They were heard of.</summary>
    public void Heard(long at)
    {
        lock (_gate)
        {
            _heard = at;
        }
    }

    /// <summary>Whether they were heard of within a time.</summary>
    public bool IsHeardSince(long now, TimeSpan silence, TimeProvider time)
    {
        lock (_gate)
        {
            return _heard is { } at && time.GetElapsedTime(at, now) < silence;
        }
    }

    /// <summary>Takes a report; false where it comes from a silo that is not asked any more.</summary>
    public bool Hear(string silo, LaneGroupReport report, long at)
    {
        lock (_gate)
        {
            if (Silo != silo || _ended.Task.IsCompleted)
            {
                // Its end is of no more use to anybody.
                return report.HasEnded;
            }

            _heard = at;
        }

        foreach (var told in report.Reports)
        {
            var lane = lanes[IndexOf(told.Lane)].Status;
            lane.Place = silo;
            lane.Follow(told);
        }

        if (report.HasEnded)
        {
            _ended.TrySetResult([.. orders.Select(order => report.Reports.First(told => told.Lane == order.Lane))]);
        }

        return true;
    }

    /// <summary>Another silo goes on with them.</summary>
    public void Moved()
    {
        foreach (var lane in lanes)
        {
            lane.Status.Moved();
        }
    }

    private int IndexOf(int lane)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            if (orders[i].Lane == lane)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"lane {lane} does not run with lane {First}");
    }
}
