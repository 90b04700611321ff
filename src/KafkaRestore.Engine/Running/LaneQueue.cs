using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Running;

/// <summary>
/// The lanes that wait for a place, in the plan's order. Lanes of a repartitioned topic come together, so many at a time as may share one reading of the archive, and take
/// one place; of such groups one runs at a time, so that the number of open sinks stays known.
/// </summary>
/// <param name="waiting">The lanes.</param>
/// <param name="planOf">The plan of a lane.</param>
/// <param name="together">How many lanes of a repartitioned topic run together.</param>
internal sealed class LaneQueue<T>(IEnumerable<T> waiting, Func<T, LanePlan> planOf, int together)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly LinkedList<T> _waiting = new(waiting);
    private bool _spreads;

    /// <summary>The next lanes to run; null when there are none, or none that whoever runs a group would not take afterwards.</summary>
    public IReadOnlyList<T>? Take()
    {
        lock (_gate)
        {
            var first = _waiting.First;
            while (first is not null && _spreads && planOf(first.Value).Repartitioning is not null)
            {
                first = first.Next;
            }

            if (first is null)
            {
                return null;
            }

            if (planOf(first.Value).Repartitioning is null)
            {
                _waiting.Remove(first);
                return [first.Value];
            }

            _spreads = true;
            var topic = planOf(first.Value).Target.Topic;
            var group = _waiting.Where(lane => planOf(lane).Target.Topic == topic).Take(together).ToList();
            group.ForEach(lane => _waiting.Remove(lane));
            return group;
        }
    }

    /// <summary>What was taken has ended.</summary>
    public void Finished(IReadOnlyList<T> lanes)
    {
        if (planOf(lanes[0]).Repartitioning is not null)
        {
            lock (_gate)
            {
                _spreads = false;
            }
        }
    }
}
