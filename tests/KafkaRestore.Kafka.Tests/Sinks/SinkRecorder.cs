using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>Keeps what a sink acknowledges.</summary>
public sealed class SinkRecorder : ISinkObserver
{
    private readonly Lock _gate = new();
    private readonly List<SinkAck> _acks = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<SinkAck> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _acks];
            }
        }
    }

    public int Records => All.Sum(ack => ack.Records);

    public Task FirstAsync => _first.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Acknowledged(in SinkAck ack)
    {
        lock (_gate)
        {
            _acks.Add(ack);
        }

        _first.TrySetResult();
    }

    /// <summary>The acknowledgements tell exactly of the first records of <paramref name="sent"/>, in order, from <paramref name="firstTarget"/> on.</summary>
    public void AssertPrefixOf(IReadOnlyList<RecordData> sent, long firstTarget = 0)
    {
        var next = 0;
        foreach (var ack in All)
        {
            Assert.True(ack.Records > 0, $"an acknowledgement of {ack.Records} records");
            var part = sent.Skip(next).Take(ack.Records).ToList();
            Assert.Equal(ack.Records, part.Count);
            Assert.Equal(
                (firstTarget + next, part[0].Offset, part[^1].Offset, part[0].Timestamp, part[^1].Timestamp, part.Sum(record => (long)RecordEncoder.SizeOf(record))),
                (ack.FirstTargetOffset, ack.FirstSourceOffset, ack.LastSourceOffset, ack.FirstTimestamp, ack.LastTimestamp, ack.Bytes));
            next += ack.Records;
        }
    }
}
