using System.Runtime.InteropServices;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Reading.Polling;

/// <summary>A message or event that librdkafka handed out; disposing it, once, gives it back.</summary>
/// <remarks>A header's key is those bytes that stand before a NUL: librdkafka gives it as such a text.</remarks>
internal readonly unsafe struct PolledRecord : IDisposable
{
    // Everything but key, value and headers.
    private const int FixedBytes = RecordView.SmallestBody + 4;
    private const int FixedHeaderBytes = 6;

    private readonly int _headers;
    private readonly NativeMessage* _message;

    private PolledRecord(NativeMessage* message)
    {
        _message = message;
        if (Error != 0)
        {
            return;
        }

        var size = FixedBytes + (long)message->KeyLength + (long)message->ValueLength;
        for (; TryHeader(_headers, out var name, out _, out var length); _headers++)
        {
            size += FixedHeaderBytes + name.Length + (long)length;
        }

        Size = checked((int)size);
    }

    /// <summary>librdkafka's error; 0 is a record.</summary>
    public int Error => _message->Error;

    /// <summary>The record's offset, or the event's.</summary>
    public long Offset => _message->Offset;

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public int Size { get; }

    /// <summary>The next message or event; null when none comes within <paramref name="milliseconds"/>.</summary>
    public static PolledRecord? Poll(Confluent.Kafka.IClient consumer, int milliseconds)
    {
        using var lease = new NativeClient.Lease(consumer);
        var message = ((delegate* unmanaged[Cdecl]<nint, int, NativeMessage*>)NativeClient.Export("rd_kafka_consumer_poll"))(lease.Pointer, milliseconds);
        return message is null ? null : new PolledRecord(message);
    }

    /// <summary>Writes the record in the layout of <see cref="RecordView"/>.</summary>
    public void Write(Span<byte> target)
    {
        int type;
        var timestamp = ((delegate* unmanaged[Cdecl]<NativeMessage*, int*, long>)NativeClient.Export("rd_kafka_message_timestamp"))(_message, &type);
        var writer = new RecordWriter(target);
        writer.Int32(Size - sizeof(uint));
        writer.Int64(timestamp);
        writer.Int64(Offset);
        writer.Nullable(_message->Key, _message->KeyLength);
        writer.Nullable(_message->Value, _message->ValueLength);
        writer.UInt16(_headers <= RecordEncoder.MaxHeaders ? _headers : throw NotRepresentable($"the record at offset {Offset} has {_headers} headers, {RecordEncoder.MaxHeaders} can be read"));
        for (var i = 0; TryHeader(i, out var name, out var value, out var length); i++)
        {
            writer.UInt16(name.Length <= RecordEncoder.MaxHeaderKey ? name.Length : throw NotRepresentable($"the record at offset {Offset} has a header key of {name.Length} bytes, {RecordEncoder.MaxHeaderKey} can be read"));
            writer.Bytes(name);
            writer.Nullable(value, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((delegate* unmanaged[Cdecl]<NativeMessage*, void>)NativeClient.Export("rd_kafka_message_destroy"))(_message);

    private bool TryHeader(int index, out ReadOnlySpan<byte> name, out void* value, out nuint length)
    {
        name = default;
        value = null;
        length = 0;
        nint list;
        if (((delegate* unmanaged[Cdecl]<NativeMessage*, nint*, int>)NativeClient.Export("rd_kafka_message_headers"))(_message, &list) != 0)
        {
            return false;
        }

        byte* text;
        void* bytes;
        nuint size;
        if (((delegate* unmanaged[Cdecl]<nint, nint, byte**, void**, nuint*, int>)NativeClient.Export("rd_kafka_header_get_all"))(list, index, &text, &bytes, &size) != 0)
        {
            return false;
        }

        name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        value = bytes;
        length = size;
        return true;
    }

    private static RestoreException NotRepresentable(string what) => new(ErrorCodes.RecordNotRepresentable, what);

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
