using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace KafkaRestore.Testing;

/// <summary>
/// A member of a consumer group (classic protocol) that joined, was given a partition, and does nothing more: with a session of many minutes it needs neither a thread nor a connection. Written
/// against Kafka's protocol guide, apart from the client under test.
/// </summary>
public sealed class LiveMember
{
    private const int SessionMilliseconds = 600_000;
    private const short JoinGroup = 11, SyncGroup = 14, LeaveGroup = 13, FindCoordinator = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly KafkaBroker _broker;
    private readonly string _group;
    private readonly string _clientId;
    private string _memberId = "";

    private LiveMember(KafkaBroker broker, string group, string clientId) => (_broker, _group, _clientId) = (broker, group, clientId);

    /// <summary>Joins a group as its only member and reads partition 0 of a topic.</summary>
    public static async Task<LiveMember> JoinAsync(KafkaBroker broker, string group, string topic, string clientId)
    {
        var member = new LiveMember(broker, group, clientId);
        using var patience = new CancellationTokenSource(Patience);
        while (!await member.TryJoinAsync(topic, patience.Token))
        {
            await Task.Delay(50, patience.Token);
        }

        return member;
    }

    /// <summary>Leaves the group.</summary>
    public async Task LeaveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var answer = await AskAsync(await CoordinatorAsync(patience.Token), LeaveGroup, 1, new Body().Text(_group).Text(_memberId), patience.Token);
        answer.Int32(); // throttle
        Expect(answer.Int16(), "leaving");
    }

    private async Task<bool> TryJoinAsync(string topic, CancellationToken cancellationToken)
    {
        if (await CoordinatorAsync(cancellationToken) is not { Length: > 0 } coordinator)
        {
            return false;
        }

        var subscription = new Body().Int16(0).Int32(1).Text(topic).Int32(-1);
        var join = new Body().Text(_group).Int32(SessionMilliseconds).Int32(SessionMilliseconds).Text("").Text("consumer").Int32(1).Text("range").Bytes(subscription);
        var joined = await AskAsync(coordinator, JoinGroup, 3, join, cancellationToken);
        joined.Int32(); // throttle
        if (joined.Int16() is not 0 and var error)
        {
            return IsNotYet(error) ? false : throw new InvalidOperationException($"joining {_group}: error {error}");
        }

        var generation = joined.Int32();
        joined.Text(); // the protocol
        joined.Text(); // the leader
        _memberId = joined.Text();
        var assignment = new Body().Int16(0).Int32(1).Text(topic).Int32(1).Int32(0).Int32(-1);
        var synced = await AskAsync(coordinator, SyncGroup, 2, new Body().Text(_group).Int32(generation).Text(_memberId).Int32(1).Text(_memberId).Bytes(assignment), cancellationToken);
        synced.Int32(); // throttle
        Expect(synced.Int16(), "taking partitions");
        return true;
    }

    private async Task<string> CoordinatorAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync(_broker.BootstrapServers.Split(',')[0], FindCoordinator, 2, new Body().Text(_group).Int8(0), cancellationToken);
        answer.Int32(); // throttle
        if (answer.Int16() is not 0 and var error)
        {
            return IsNotYet(error) ? "" : throw new InvalidOperationException($"finding the coordinator of {_group}: error {error}");
        }

        answer.Text(); // words
        answer.Int32(); // id
        return string.Create(CultureInfo.InvariantCulture, $"{answer.Text()}:{answer.Int32()}");
    }

    // Coordinator loading, not available, not this one.
    private static bool IsNotYet(short error) => error is 14 or 15 or 16;

    private static void Expect(short error, string what)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"{what}: error {error}");
        }
    }

    private async Task<Answer> AskAsync(string address, short api, short version, Body body, CancellationToken cancellationToken)
    {
        var colon = address.LastIndexOf(':');
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address[..colon], int.Parse(address[(colon + 1)..], CultureInfo.InvariantCulture), cancellationToken);
        var stream = client.GetStream();
        var request = new Body().Int16(api).Int16(version).Int32(1).Text(_clientId).Append(body).ToArray();
        await stream.WriteAsync(new Body().Int32(request.Length).ToArray(), cancellationToken);
        await stream.WriteAsync(request, cancellationToken);
        var size = new byte[4];
        await stream.ReadExactlyAsync(size, cancellationToken);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        var reader = new Answer(answer);
        reader.Int32(); // correlation id
        return reader;
    }

    /// <summary>Bytes of a request, classic encoding.</summary>
    private sealed class Body
    {
        private readonly List<byte> _bytes = [];

        public Body Int8(sbyte value)
        {
            _bytes.Add((byte)value);
            return this;
        }

        public Body Int16(short value)
        {
            Span<byte> bytes = stackalloc byte[2];
            BinaryPrimitives.WriteInt16BigEndian(bytes, value);
            _bytes.AddRange(bytes);
            return this;
        }

        public Body Int32(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            _bytes.AddRange(bytes);
            return this;
        }

        public Body Text(string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            Int16((short)bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        public Body Bytes(Body value) => Int32(value._bytes.Count).Append(value);

        public Body Append(Body value)
        {
            _bytes.AddRange(value._bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];
    }

    /// <summary>Bytes of an answer, classic encoding.</summary>
    private sealed class Answer(byte[] bytes)
    {
        private int _position;

        public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public string Text()
        {
            var length = Int16();
            return length < 0 ? "" : Encoding.UTF8.GetString(Take(length));
        }

        private ReadOnlySpan<byte> Take(int count) => bytes.AsSpan((_position += count) - count, count);
    }
}
