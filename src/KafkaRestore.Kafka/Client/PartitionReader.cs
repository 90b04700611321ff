using Confluent.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Reading.Polling;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

/// <summary>Reads records of a target partition back over librdkafka, in offset order; blocks the calling thread.</summary>
/// <remarks>
/// Polls librdkafka itself: Confluent.Kafka's own <c>Consume</c> needs a newer librdkafka than <see cref="NativeClientLibrary.Lowest"/>. Header
/// keys are those bytes that stand before a NUL.
/// </remarks>
public sealed class PartitionReader : IDisposable
{
    private const int PollMilliseconds = 100;
    private const int EndOfPartition = (int)ErrorCode.Local_PartitionEOF;
    private const int QueueFetches = 32;
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);

    // A topic that was created a moment ago may not have reached every broker's metadata; librdkafka itself says nothing of a missing one.
    private static readonly TimeSpan MissingDeadline = TimeSpan.FromSeconds(3);
    private static readonly Version TunableBackoff = new(2, 2, 0);
    private static readonly ReadOptions Usual = new() { Deadline = TimeSpan.FromSeconds(30) };

    private readonly KafkaConnectionOptions _connection;
    private readonly ReadOptions _options;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly TimeProvider _time;

    /// <summary>Prepares a reader that reads uncommitted; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    public PartitionReader(KafkaConnectionOptions connection, TimeProvider? time = null)
        : this(connection, Usual, time)
    {
    }

    /// <summary>Prepares a reader; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    internal PartitionReader(KafkaConnectionOptions connection, ReadOptions options, TimeProvider? time)
    {
        _connection = connection;
        _options = options;
        _time = time ?? TimeProvider.System;
        _consumer = ClientConfiguration.Build(() => new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(Properties(connection))
            {
                GroupId = "kafka-restore-reader",
                EnableAutoCommit = false,
                IsolationLevel = options.Isolation == ReadIsolation.Committed ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted,
                AutoOffsetReset = AutoOffsetReset.Error,
                AllowAutoCreateTopics = false,
                CheckCrcs = true,

                // The end is told: offsets without a record (markers, compacted ones) say nothing of themselves.
                EnablePartitionEof = true,
                FetchWaitMaxMs = PollMilliseconds,
                MaxPartitionFetchBytes = options.FetchBytes,

                // Bytes are the bound, not records. An old librdkafka sleeps for a second when it is reached, so it is not a small one.
                QueuedMaxMessagesKbytes = Math.Max(1, (int)(QueueBytes(options) >> 10)),
                QueuedMinMessages = 1_000_000,
            })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build());
    }

    /// <summary>
    /// The records at target offsets <paramref name="from"/> to <paramref name="to"/> exclusive; <see cref="RecordData.Offset"/> is the target offset.
    /// Offsets without a record are passed over: control markers, and what compaction took.
    /// </summary>
    /// <exception cref="RestoreException">TARGET_REWOUND: the offsets are gone; TARGET_UNAVAILABLE: nothing came for 30 s; TARGET_DENIED, TARGET_TOPIC_MISSING: the topic may not be read, or does not exist.</exception>
    public IEnumerable<RecordData> Read(TargetPartition partition, long from, long to, CancellationToken cancellationToken)
    {
        foreach (var block in ReadBlocks(partition, from, to, size => new RecordBlock(BufferPool.Shared.Rent(Math.Max(size, _options.BlockBytes))), cancellationToken))
        {
            foreach (var record in Copy(block))
            {
                yield return record;
            }
        }
    }

    /// <summary>The same in blocks, which are the caller's to dispose. A block ends where nothing more is at hand.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last.</param>
    /// <param name="rent">Gives an empty block with room for so many bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal IEnumerable<RecordBlock> ReadBlocks(TargetPartition partition, long from, long to, Func<int, RecordBlock> rent, CancellationToken cancellationToken)
    {
        if (from >= to)
        {
            yield break;
        }

        _consumer.Assign(new TopicPartitionOffset(partition.Topic, partition.Partition, from));
        var clock = Deadline.Start(_time, _options.Deadline);
        var missing = Deadline.Start(_time, MissingDeadline);
        var end = -1L;
        var next = from;
        RecordBlock? block = null;
        try
        {
            while (next < to)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var polled = PolledRecord.Poll(_consumer, block is null ? PollMilliseconds : 0);
                if (polled is { Error: 0 } record)
                {
                    clock = Deadline.Start(_time, _options.Deadline);
                    if (record.Offset < next)
                    {
                        continue; // a broker that failed while it wrote may have a batch twice, at the same offsets
                    }

                    next = record.Offset + 1;
                    if (next > to)
                    {
                        break;
                    }

                    if (block is not null && record.Size > block.Capacity - block.Length)
                    {
                        yield return Hand(ref block);
                    }

                    block ??= rent(record.Size);
                    Append(block, record, partition);
                    continue;
                }

                if (block is not null)
                {
                    yield return Hand(ref block);
                }

                if (polled is { Error: EndOfPartition } reached)
                {
                    end = reached.Offset;
                    next = end >= to ? to : next;
                }
                else if (polled is { } trouble)
                {
                    ThrowIfFinal((ErrorCode)trouble.Error, partition, next);
                }
                else if (next == from && end < 0 && missing.IsOver)
                {
                    ThrowIfMissing(partition);
                    missing = Deadline.Start(_time, MissingDeadline);
                }

                if (next < to && clock.IsOver)
                {
                    throw Late(partition, next, to, end);
                }
            }

            if (block is not null)
            {
                yield return Hand(ref block);
            }
        }
        finally
        {
            block?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _consumer.Dispose();

    /// <summary>What librdkafka may hold for a reading, in bytes: its queue, and a fetch beyond it.</summary>
    internal static long QueueBytes(ReadOptions options) => (long)QueueFetches * options.FetchBytes;

    private static IDictionary<string, string> Properties(KafkaConnectionOptions connection)
    {
        var properties = ClientConfiguration.Common(connection);
        if (NativeClientLibrary.EnsureLoaded().Version >= TunableBackoff)
        {
            properties["fetch.queue.backoff.ms"] = "10";
        }

        return properties;
    }

    private static List<RecordData> Copy(RecordBlock block)
    {
        using (block)
        {
            var records = new List<RecordData>(block.Count);
            foreach (var record in block)
            {
                records.Add(RecordData.From(record));
            }

            return records;
        }
    }

    private static RecordBlock Hand(ref RecordBlock? block)
    {
        var full = block!;
        block = null;
        return full;
    }

    private static void Append(RecordBlock block, in PolledRecord record, TargetPartition partition)
    {
        try
        {
            record.Write(block.Memory.Slice(block.Length, record.Size));
        }
        catch (RestoreException e) when (e.Where is null)
        {
            throw new RestoreException(e.Code, e.Message, partition.ToString(), e.Hint, e);
        }

        block.SetContent(block.Count + 1, block.Length + record.Size);
    }

    private void ThrowIfFinal(ErrorCode error, TargetPartition partition, long next)
    {
        switch (error)
        {
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange:
                var range = Query(_consumer, partition);
                throw new RestoreException(
                    ErrorCodes.TargetRewound,
                    range is null ? $"offset {next} is gone"
                        : range.Low.Value > next ? $"offset {next} is gone: the log begins at {range.Low.Value}"
                        : $"offset {next} is gone: the log ends at {range.High.Value}",
                    partition.ToString(),
                    "Retention, a deletion or a new topic of this name took the records.");
            case ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression:
                throw new RestoreException(ErrorCodes.TargetCorrupt, $"a batch after offset {next} cannot be read: {KafkaErrors.NameOf(error)}", partition.ToString());
        }

        switch (KafkaErrors.Classify(error))
        {
            case KafkaErrorClass.Denied when error != ErrorCode.GroupAuthorizationFailed: // no group is joined
                throw new RestoreException(ErrorCodes.TargetDenied, $"reading was denied: {KafkaErrors.NameOf(error)}", partition.ToString());
            case KafkaErrorClass.Missing:
                throw Missing(partition);
        }
    }

    private void ThrowIfMissing(TargetPartition partition)
    {
        try
        {
            _ = LogEndQuery.Ask(_consumer, partition, QueryTimeout);
        }
        catch (KafkaException e) when (KafkaErrors.Classify(e.Error.Code) == KafkaErrorClass.Missing)
        {
            throw Missing(partition);
        }
        catch (KafkaException)
        {
            // Whatever else it is, the deadline decides.
        }
    }

    private static RestoreException Missing(TargetPartition partition) => new(ErrorCodes.TargetTopicMissing, $"partition {partition} does not exist", partition.ToString());

    private RestoreException Late(TargetPartition partition, long next, long to, long end)
    {
        var what = $"offset {next} of {to} could not be read within {_options.Deadline.TotalSeconds:0.#} s";
        if (end < 0)
        {
            return new RestoreException(ErrorCodes.TargetUnavailable, $"{what}: nothing came", partition.ToString());
        }

        return _options.Isolation == ReadIsolation.Committed && EndUncommitted(partition) >= to
            ? new RestoreException(ErrorCodes.OpenTransaction, $"{what}: a transaction is open from offset {end} on", partition.ToString())
            : new RestoreException(ErrorCodes.TargetUnavailable, $"{what}: the log ends at offset {end}", partition.ToString());
    }

    /// <summary>The high watermark, which an instance that reads committed does not tell.</summary>
    private long? EndUncommitted(TargetPartition partition)
    {
        using var other = new PartitionReader(_connection, _options with { Isolation = ReadIsolation.Uncommitted }, _time);
        return Query(other._consumer, partition)?.High.Value;
    }

    private static WatermarkOffsets? Query(IConsumer<Ignore, Ignore> consumer, TargetPartition partition)
    {
        try
        {
            return LogEndQuery.Ask(consumer, partition, QueryTimeout);
        }
        catch (KafkaException)
        {
            return null; // said without numbers
        }
    }
}
