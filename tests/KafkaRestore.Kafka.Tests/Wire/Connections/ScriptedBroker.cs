using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>A listener on loopback that says exactly what a test tells it to.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener;

    public ScriptedBroker(IPAddress? address = null)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Host = (address ?? IPAddress.Loopback).ToString();
    }

    public int Port { get; }

    public string Host { get; }

    public BrokerAddress Address => new(-1, Host, Port);

    /// <summary>Ready connection of our client, and the broker's end of it.</summary>
    public async Task<(BrokerConnection Client, ScriptedPeer Peer)> ConnectAsync(TimeProvider? time = null, WireOptions? wire = null, params ApiVersionRange[] versions)
    {
        var opening = OpenAsync(time, wire);
        var peer = await AcceptAsync();
        await peer.AnswerVersionsAsync(versions);
        return (await opening, peer);
    }

    public Task<BrokerConnection> OpenAsync(TimeProvider? time = null, WireOptions? wire = null, CancellationToken cancellationToken = default) =>
        BrokerConnection.OpenAsync(Address, Options, wire ?? new WireOptions(), time ?? TimeProvider.System, cancellationToken);

    public KafkaConnectionOptions Options => new() { BootstrapServers = [Address.ToString()] };

    public async Task<ScriptedPeer> AcceptAsync() => new(await _listener.AcceptSocketAsync().WaitAsync(ScriptedPeer.Patience));

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The broker's end of one connection.</summary>
internal sealed class ScriptedPeer(Socket socket) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ApiVersionRange[] Usual = [new(3, 0, 12), new(10, 0, 4), new(17, 0, 1), new(18, 0, 3), new(36, 0, 2)];

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The next request.</summary>
    public async Task<ScriptedRequest> ReadAsync()
    {
        var prefix = new byte[4];
        await _stream.ReadExactlyAsync(prefix).AsTask().WaitAsync(Patience);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Patience);
        return new ScriptedRequest(BinaryPrimitives.ReadInt16BigEndian(frame), BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(2)), BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), frame);
    }

    /// <summary>Whether the client has hung up; waits for it.</summary>
    public async Task<bool> IsHungUpAsync()
    {
        try
        {
            while (await _stream.ReadAsync(new byte[64 << 10]).AsTask().WaitAsync(Patience) > 0)
            {
            }
        }
        catch (IOException)
        {
            // reset
        }

        return true;
    }

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask();

    /// <summary>Answers; the header has tagged fields where <paramref name="flexible"/>.</summary>
    public Task AnswerAsync(int correlationId, Action<WireWriter> body, bool flexible = true, bool flexibleHeader = true) => SendAsync(Frame(correlationId, body, flexible, flexibleHeader));

    public async Task AnswerVersionsAsync(params ApiVersionRange[] versions)
    {
        var request = await ReadAsync();
        Assert.Equal((18, 3), (request.Api, request.Version));
        await AnswerAsync(
            request.CorrelationId,
            writer =>
            {
                writer.Int16(0);
                var all = versions.Length > 0 ? versions : Usual;
                writer.ArrayLength(all.Length);
                foreach (var range in all)
                {
                    writer.Int16(range.Key);
                    writer.Int16(range.Lowest);
                    writer.Int16(range.Highest);
                    writer.EndStructure();
                }

                writer.Int32(0);
                writer.EndStructure();
            },
            flexibleHeader: false);
    }

    /// <summary>Answers a metadata request of version 12.</summary>
    public Task AnswerMetadataAsync(int correlationId, IReadOnlyList<BrokerAddress> brokers, params ScriptedTopic[] topics) =>
        AnswerAsync(correlationId, writer => WriteMetadata(writer, brokers, topics));

    public static byte[] Frame(int correlationId, Action<WireWriter> body, bool flexible = true, bool flexibleHeader = true)
    {
        using var writer = new WireWriter { Flexible = flexible };
        writer.Int32(0);
        writer.Int32(correlationId);
        if (flexibleHeader)
        {
            writer.EndStructure();
        }

        body(writer);
        writer.PatchInt32(0, (int)writer.Length - 4);
        return [.. writer.Pieces().SelectMany(piece => piece.ToArray())];
    }

    public static void WriteMetadata(WireWriter writer, IReadOnlyList<BrokerAddress> brokers, params ScriptedTopic[] topics)
    {
        writer.Int32(0);
        writer.ArrayLength(brokers.Count);
        foreach (var broker in brokers)
        {
            writer.Int32(broker.Id);
            writer.String(broker.Host);
            writer.Int32(broker.Port);
            writer.String(null);
            writer.EndStructure();
        }

        writer.String("cluster-1");
        writer.Int32(-1);
        writer.ArrayLength(topics.Length);
        foreach (var topic in topics)
        {
            writer.Int16((short)topic.Error);
            writer.String(topic.Name);
            writer.Uuid(topic.Id);
            writer.Boolean(false);
            writer.ArrayLength(topic.Leaders.Count);
            for (var i = 0; i < topic.Leaders.Count; i++)
            {
                writer.Int16(0);
                writer.Int32(i);
                writer.Int32(topic.Leaders[i].Broker);
                writer.Int32(topic.Leaders[i].Epoch);
                writer.ArrayLength(0);
                writer.ArrayLength(0);
                writer.ArrayLength(0);
                writer.EndStructure();
            }

            writer.Int32(int.MinValue);
            writer.EndStructure();
        }

        writer.EndStructure();
    }

    public void Dispose() => _stream.Dispose();
}

/// <summary>A request as a broker reads it; <paramref name="Frame"/> is all of it without the length.</summary>
internal sealed record ScriptedRequest(short Api, short Version, int CorrelationId, byte[] Frame);

/// <summary>A topic in an answer.</summary>
internal sealed record ScriptedTopic(string Name, Guid Id, IReadOnlyList<KafkaRestore.Kafka.Wire.PartitionLeader> Leaders, Confluent.Kafka.ErrorCode Error = Confluent.Kafka.ErrorCode.NoError);

/// <summary>A request that carries bytes and whose answer is a number.</summary>
internal sealed class EchoRequest(ReadOnlyMemory<byte> attached = default) : Request<int>
{
    public static readonly Api Definition = new(3, "Echo", 0, 12, short.MaxValue);

    public override Api Api => Definition;

    public override void Write(WireWriter writer, short version) => writer.Attach(attached);

    public override int Read(ref WireReader reader, short version) => reader.Int32();
}
