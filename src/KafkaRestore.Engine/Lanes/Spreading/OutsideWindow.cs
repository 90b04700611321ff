using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Spreading;

/// <summary>
/// Takes out what the time window leaves out, before it is spread: it is counted for one lane, so that a segment of which only the number of records is known can be counted, too.
/// </summary>
/// <param name="rules">The window.</param>
/// <param name="counters">Count what is taken out.</param>
/// <param name="countFrom">Below this source offset it is counted already.</param>
internal sealed class OutsideWindow(StreamRules rules, SourceCounters counters, long countFrom)
{
    /// <summary>Below this source offset it is counted already.</summary>
    public long CountFrom => countFrom;

    /// <summary>Whether the record goes nowhere.</summary>
    public bool Takes(in RecordView record)
    {
        if (!rules.IsOutside(record.Timestamp))
        {
            return false;
        }

        if (record.Offset >= countFrom)
        {
            counters.SkippedByWindow();
        }

        return true;
    }
}
