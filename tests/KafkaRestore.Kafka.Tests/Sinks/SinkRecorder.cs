using System.Collections.Concurrent;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Batches;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>Keeps what a sink acknowledges.</summary>
public sealed class SinkRecorder : ISinkObserver
{
    private readonly Lock _gate = new();
    private readonly List<SinkAck> _acks = [];
    private readonly TaskCompletionSource _troubled = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>What the sink said it waits for, in order; null where it went on.</summary>
    public ConcurrentQueue<string?> Troubles { get; } = new();

    /// <summary>Completes when the sink first says that it waits.</summary>
    public Task TroubledAsync => _troubled.Task.WaitAsync(TimeSpan.FromMinutes(2));

    /// <summary>Completes when the sink has said, now or before, that it waits for something with these words in it.</summary>
    public async Task UntilTroubledAsync(string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!Troubles.Any(why => why?.Contains(words, StringComparison.Ordinal) == true))
        {
            Assert.False(patience.IsCancellationRequested, $"'{words}' was not said; said was: {string.Join(" | ", Troubles)}");
            await Task.Delay(20);
        }
    }

    public int Records => All.Sum(ack => ack.Records);

    public Task FirstAsync => _first.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Troubled(string? why)
    {
        Troubles.Enqueue(why);
        if (why is not null)
        {
            _troubled.TrySetResult();
        }
    }

    public void Acknowledged(in SinkAck ack)
    {
        lock (_gate)
        {
            _acks.Add(ack with { Runs = ack.Runs.ToArray(), Digests = ack.Digests.ToArray() });
        }

        _first.TrySetResult();
    }

    /// <summary>The target offset of every record acknowledged.</summary>
    public IReadOnlyList<long> TargetOffsets => [.. All.SelectMany(ack => Enumerable.Range(0, ack.Records).Select(i => ack.FirstTargetOffset + i))];

    /// <summary>The acknowledgements tell exactly of the first records of <paramref name="sent"/>, in order, without a gap but for the markers of a fence.</summary>
    public void AssertPrefixOf(IReadOnlyList<RecordData> sent)
    {
        var next = 0;
        var end = 0L;
        foreach (var ack in All)
        {
            Assert.True(ack.Records > 0, $"an acknowledgement of {ack.Records} records");
            var part = sent.Skip(next).Take(ack.Records).ToList();
            Assert.Equal(ack.Records, part.Count);
            Assert.Equal(
                (part[0].Offset, part[^1].Offset, part[0].Timestamp, part[^1].Timestamp, part.Sum(record => (long)RecordEncoder.SizeOf(record))),
                (ack.FirstSourceOffset, ack.LastSourceOffset, ack.FirstTimestamp, ack.LastTimestamp, ack.Bytes));
            Assert.Equal(part.Select(record => record.Offset), ack.Runs.ToArray().SelectMany(run => Enumerable.Range(0, run.Count).Select(i => run.First + i)));
            var known = part.TakeLast(ack.Digests.Length).Select(record => RecordDigest.Of(RecordView.At(BatchRecords.Encode([record]))));
            Assert.Equal(known, ack.Digests.ToArray());
            Assert.True(ack.FirstTargetOffset >= end, $"an acknowledgement for offset {ack.FirstTargetOffset} behind one up to {end}");
            end = ack.FirstTargetOffset + ack.Records;
            next += ack.Records;
        }
    }
}
