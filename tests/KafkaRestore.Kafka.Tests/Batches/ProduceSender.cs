using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using KafkaRestore.Kafka.Batches;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>Sends batches as they are, in Produce requests of version 8 (acks = all), one after the other; knows nothing else of the protocol.</summary>
internal sealed class ProduceSender : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private int _correlation;

    /// <summary>Connects to the only broker of a cluster.</summary>
    public ProduceSender(string bootstrapServer)
    {
        var colon = bootstrapServer.LastIndexOf(':');
        _client = new TcpClient(bootstrapServer[..colon], int.Parse(bootstrapServer[(colon + 1)..], CultureInfo.InvariantCulture)) { ReceiveTimeout = 30_000, SendTimeout = 30_000 };
        _stream = _client.GetStream();
    }

    /// <summary>Sends a batch to partition 0 and gives the broker's error code (0: none) and the offset of its first record.</summary>
    public (short Error, long BaseOffset) Send(string topic, RecordBatch batch)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var head = new MemoryStream();
        Number(head, 2, 0); // Produce
        Number(head, 2, 8);
        Number(head, 4, ++_correlation);
        Number(head, 2, -1); // client id: null
        Number(head, 2, -1); // transactional id: null
        Number(head, 2, -1); // acks
        Number(head, 4, 20_000);
        Number(head, 4, 1); // topics
        Number(head, 2, name.Length);
        head.Write(name);
        Number(head, 4, 1); // partitions
        Number(head, 4, 0);
        Number(head, 4, batch.Length);
        var size = new MemoryStream();
        Number(size, 4, head.Length + batch.Length);
        _stream.Write(size.ToArray());
        _stream.Write(head.ToArray());
        _stream.Write(batch.Bytes.Span);

        Span<byte> length = stackalloc byte[4];
        _stream.ReadExactly(length);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        _stream.ReadExactly(answer);
        Assert.Equal(_correlation, BinaryPrimitives.ReadInt32BigEndian(answer));

        // correlation, topics, name, partitions, partition; then error and base offset.
        var error = 4 + 4 + 2 + name.Length + 4 + 4;
        return (BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(error)), BinaryPrimitives.ReadInt64BigEndian(answer.AsSpan(error + 2)));
    }

    public void Dispose() => _client.Dispose();

    private static void Number(MemoryStream stream, int bytes, long value)
    {
        for (var shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        {
            stream.WriteByte((byte)(value >> shift));
        }
    }
}
