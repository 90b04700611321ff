namespace KafkaRestore.Engine.Steering;

/// <summary>What was steered in a run, for progress and report; may be read at any time from any thread.</summary>
public sealed class SteeringLog
{
    // A file that is damaged anew every second must not fill the memory.
    private const int MostWarnings = 100;

    private readonly Lock _gate = new();
    private readonly List<LimitChange> _changes = [];
    private readonly List<string> _warnings = [];

    /// <summary>Limits that were changed, in order.</summary>
    public IReadOnlyList<LimitChange> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>Requests that were refused or could not be read, in order; the first hundred.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_gate)
            {
                return [.. _warnings];
            }
        }
    }

    internal void Add(IEnumerable<LimitChange> changes)
    {
        lock (_gate)
        {
            _changes.AddRange(changes);
        }
    }

    internal void Warn(string warning)
    {
        lock (_gate)
        {
            if (_warnings.Count < MostWarnings)
            {
                _warnings.Add(warning);
            }
        }
    }
}
