using System.Collections.Concurrent;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>Sinks that write into lists: for tests of what stands before a sink.</summary>
/// <remarks>Takes whatever the block layout can hold. Queues nothing: each block is acknowledged within its own call.</remarks>
public sealed class InMemorySinkFactory : IRecordSinkFactory
{
    private readonly ConcurrentDictionary<TargetPartition, List<ConsumedRecord>> _logs = new();
    private readonly ConcurrentDictionary<TargetPartition, int> _markers = new();

    /// <inheritdoc/>
    public SinkDescription Description { get; } = new("memory", "idempotent", "a test");

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        Prepared++;
        BeforePrepare?.Invoke();
        return ValueTask.CompletedTask;
    }

    /// <summary>How often it was prepared.</summary>
    public int Prepared { get; private set; }

    /// <summary>What preparing does.</summary>
    public Action? BeforePrepare { get; set; }

    /// <summary>How many markers, which are no records, opening a sink puts into the log.</summary>
    public int MarkersOnOpen { get; set; }

    /// <summary>Called before each record; what it throws ends the sink.</summary>
    public Action<TargetPartition, RecordData>? BeforeAppend { get; set; }

    /// <summary>Why a record cannot be written; null when it can.</summary>
    public Func<TargetPartition, RecordData, RestoreException?>? Refuse { get; set; }

    /// <summary>The records of a partition so far.</summary>
    public IReadOnlyList<ConsumedRecord> Log(TargetPartition target)
    {
        var log = _logs.GetOrAdd(target, _ => []);
        lock (log)
        {
            return [.. log];
        }
    }

    /// <summary>Writes as somebody else would.</summary>
    public void Append(TargetPartition target, RecordData record)
    {
        var log = _logs.GetOrAdd(target, _ => []);
        lock (log)
        {
            log.Add(new ConsumedRecord(log.Count + MarkersIn(target), record.Timestamp, record.Key, record.Value, record.Headers));
        }
    }

    /// <summary>Drops what stands behind the first records of a partition, as an unclean election may.</summary>
    public void Truncate(TargetPartition target, int records)
    {
        var log = _logs.GetOrAdd(target, _ => []);
        lock (log)
        {
            log.RemoveRange(records, log.Count - records);
        }
    }

    /// <summary>The offset that a partition's next record gets.</summary>
    public int EndOf(TargetPartition target)
    {
        var log = _logs.GetOrAdd(target, _ => []);
        lock (log)
        {
            return log.Count + MarkersIn(target);
        }
    }

    /// <summary>Puts markers, which are no records, behind what there is.</summary>
    public void AppendMarkers(TargetPartition target, int count) => _markers.AddOrUpdate(target, count, (_, earlier) => earlier + count);

    private int MarkersIn(TargetPartition target) => _markers.GetValueOrDefault(target);

    /// <inheritdoc/>
    public async ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken)
    {
        AppendMarkers(lane.Target, MarkersOnOpen);
        var start = lane.Takeover is { } takeover ? await takeover(EndOf(lane.Target), cancellationToken) : lane.ExpectedOffset + MarkersOnOpen;
        return new Sink(this, lane, observer, start);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Sink(InMemorySinkFactory factory, SinkLane lane, ISinkObserver observer, long start) : IRecordSink
    {
        private long _expected = start;
        private Exception? _failure;

        public long StartOffset { get; } = start;

        public async ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken)
        {
            using (block)
            {
                ThrowIfEnded();
                var sent = new List<RecordData>(block.Count);
                try
                {
                    foreach (var record in RecordsOf(block))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (factory.Refuse?.Invoke(lane.Target, record) is { } refusal)
                        {
                            Acknowledge(block.Source, sent);
                            await (lane.LeaveOut?.Invoke(new UnwritableRecord(block.Source, record.Offset, refusal), cancellationToken) ?? throw refusal);
                            continue;
                        }

                        Append(record);
                        sent.Add(record);
                    }
                }
                catch (OperationCanceledException)
                {
                    _failure = new RestoreException(ErrorCodes.Stopped, "sending was cancelled", lane.Target.ToString());
                    throw;
                }
                catch (Exception e)
                {
                    _failure = e;
                    throw;
                }
                finally
                {
                    Acknowledge(block.Source, sent);
                }
            }
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            ThrowIfEnded();
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            _failure ??= new ObjectDisposedException(nameof(InMemorySinkFactory));
            return ValueTask.CompletedTask;
        }

        private static List<RecordData> RecordsOf(RecordBlock block)
        {
            var records = new List<RecordData>(block.Count);
            foreach (var view in block)
            {
                records.Add(RecordData.From(view));
            }

            return records;
        }

        private void Acknowledge(int source, List<RecordData> sent)
        {
            if (sent.Count == 0)
            {
                return;
            }

            using var origin = new RecordOrigin(source);
            long bytes = 0;
            foreach (var record in sent)
            {
                var encoded = new byte[RecordEncoder.SizeOf(record)];
                RecordEncoder.Write(encoded, record);
                origin.Add(record.Offset, RecordDigest.Of(RecordView.At(encoded)));
                bytes += encoded.Length;
            }

            observer.Acknowledged(new SinkAck(source, sent.Count, bytes, origin.Runs, _expected - sent.Count, sent[0].Timestamp, sent[^1].Timestamp, origin.Digests));
            sent.Clear();
        }

        private void Append(RecordData record)
        {
            factory.BeforeAppend?.Invoke(lane.Target, record);
            var end = factory.EndOf(lane.Target);
            factory.Append(lane.Target, record);
            if (end != _expected)
            {
                throw new RestoreException(
                    ErrorCodes.ForeignWriter,
                    $"the record at source offset {record.Offset} got offset {end}; {_expected} was expected",
                    lane.Target.ToString());
            }

            _expected++;
        }

        private void ThrowIfEnded()
        {
            if (_failure is not null)
            {
                throw _failure;
            }
        }
    }
}
