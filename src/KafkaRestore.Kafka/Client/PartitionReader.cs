using System.Runtime.InteropServices;
using Confluent.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

/// <summary>Reads records of a target partition back, for checks; read uncommitted, in offset order.</summary>
/// <remarks>
/// Polls librdkafka itself: Confluent.Kafka's own <c>Consume</c> needs a newer librdkafka than <see cref="NativeClientLibrary.Lowest"/>. Header
/// keys are those bytes that stand before a NUL.
/// </remarks>
public sealed unsafe class PartitionReader : IDisposable
{
    private const int PollMilliseconds = 100;
    private const int EndOfPartition = (int)ErrorCode.Local_PartitionEOF;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly TimeProvider _time;

    /// <summary>Prepares a reader; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    public PartitionReader(KafkaConnectionOptions connection, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _consumer = ClientConfiguration.Build(() => new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(ClientConfiguration.Common(connection))
            {
                GroupId = "kafka-restore-reader",
                EnableAutoCommit = false,
                IsolationLevel = IsolationLevel.ReadUncommitted,
                AutoOffsetReset = AutoOffsetReset.Error,

                // The end is told: offsets without a record (markers, compacted ones) say nothing of themselves.
                EnablePartitionEof = true,
                FetchWaitMaxMs = PollMilliseconds,
            })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build());
    }

    /// <summary>
    /// The records at target offsets <paramref name="from"/> to <paramref name="to"/> exclusive; <see cref="RecordData.Offset"/> is the target offset.
    /// Offsets without a record are passed over: control markers, and what compaction took.
    /// </summary>
    /// <exception cref="RestoreException">TARGET_UNAVAILABLE: nothing came for 30 s; TARGET_DENIED: the topic may not be read.</exception>
    public IEnumerable<RecordData> Read(TargetPartition partition, long from, long to, CancellationToken cancellationToken)
    {
        if (from >= to)
        {
            yield break;
        }

        _consumer.Assign(new TopicPartitionOffset(partition.Topic, partition.Partition, from));
        var heard = _time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (record, error, offset) = Poll();
            if (record is not null)
            {
                heard = _time.GetTimestamp();
                if (offset < to)
                {
                    yield return record;
                }
            }

            if ((record is not null && offset >= to - 1) || (error == EndOfPartition && offset >= to))
            {
                yield break;
            }

            if (error == (int)ErrorCode.TopicAuthorizationFailed)
            {
                throw new RestoreException(ErrorCodes.TargetDenied, "the topic may not be read", partition.ToString());
            }

            if (_time.GetElapsedTime(heard) > Patience)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, $"nothing could be read for {Patience.TotalSeconds:0} s", partition.ToString());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _consumer.Dispose();

    private (RecordData? Record, int Error, long Offset) Poll()
    {
        using var lease = new NativeClient.Lease(_consumer);
        var message = ((delegate* unmanaged[Cdecl]<nint, int, NativeMessage*>)NativeClient.Export("rd_kafka_consumer_poll"))(lease.Pointer, PollMilliseconds);
        if (message is null)
        {
            return (null, 0, 0);
        }

        try
        {
            return (message->Error == 0 ? Copy(message) : null, message->Error, message->Offset);
        }
        finally
        {
            ((delegate* unmanaged[Cdecl]<NativeMessage*, void>)NativeClient.Export("rd_kafka_message_destroy"))(message);
        }
    }

    private static RecordData Copy(NativeMessage* message)
    {
        int type;
        var timestamp = ((delegate* unmanaged[Cdecl]<NativeMessage*, int*, long>)NativeClient.Export("rd_kafka_message_timestamp"))(message, &type);
        return new RecordData(message->Offset, timestamp, Bytes(message->Key, message->KeyLength), Bytes(message->Value, message->ValueLength), Headers(message));
    }

    private static List<HeaderData> Headers(NativeMessage* message)
    {
        var headers = new List<HeaderData>();
        nint list;
        if (((delegate* unmanaged[Cdecl]<NativeMessage*, nint*, int>)NativeClient.Export("rd_kafka_message_headers"))(message, &list) != 0)
        {
            return headers;
        }

        var get = (delegate* unmanaged[Cdecl]<nint, nint, byte**, void**, nuint*, int>)NativeClient.Export("rd_kafka_header_get_all");
        byte* name;
        void* value;
        nuint size;
        while (get(list, headers.Count, &name, &value, &size) == 0)
        {
            headers.Add(new HeaderData(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).ToArray(), Bytes(value, size)));
        }

        return headers;
    }

    private static byte[]? Bytes(void* start, nuint length) =>
        start is null ? null : new ReadOnlySpan<byte>(start, checked((int)length)).ToArray();

    /// <summary>librdkafka's rd_kafka_message_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeMessage
    {
        public int Error;
        public nint Topic;
        public int Partition;
        public void* Value;
        public nuint ValueLength;
        public void* Key;
        public nuint KeyLength;
        public long Offset;
        public nint Private;
    }
}
