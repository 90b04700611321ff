using System.Buffers.Binary;
using System.Text;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Tests.Wire.Connections;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>A broker that is the first to be met, and, on a second connection, the coordinator of every group.</summary>
internal sealed class ScriptedCoordinator : IAsyncDisposable
{
    public static readonly TargetPartition Partition = new("t", 0);

    private readonly ScriptedBroker _broker = new();
    private readonly DeadlineTime _time = new();
    private readonly ApiVersionRange[] _versions;
    private readonly WireCluster _cluster;
    private ScriptedPeer? _first;

    /// <param name="find">The highest version of FindCoordinator.</param>
    /// <param name="fetch">The highest version of OffsetFetch.</param>
    public ScriptedCoordinator(short find = 4, short fetch = 8)
    {
        _versions = [new(8, 0, 9), new(9, 0, fetch), new(10, 0, find), new(18, 0, 3)];
        _cluster = new WireCluster(_broker.Options, time: _time);
        Calls = new GroupOffsetCalls(_cluster, new GroupCoordinators(_cluster), _time);
        Groups = new WireConsumerGroups(_broker.Options, null, _time, new TargetClusterOptions());
    }

    public GroupOffsetCalls Calls { get; }

    /// <summary>A client of its own: use this or <see cref="Calls"/>.</summary>
    public IConsumerGroups Groups { get; }

    /// <summary>Moves the clock of the client's deadline.</summary>
    public void Advance(TimeSpan by) => _time.Advance(by);

    /// <summary>The next question for coordinators.</summary>
    public async Task<ScriptedRequest> ReadFindAsync()
    {
        _first ??= await AcceptAsync();
        var request = await _first.ReadAsync();
        Assert.Equal(FindCoordinatorRequest.Definition.Key, request.Api);
        return request;
    }

    /// <summary>The connection to the coordinator.</summary>
    public async Task<ScriptedPeer> AcceptAsync()
    {
        var peer = await _broker.AcceptAsync();
        await peer.AnswerVersionsAsync(_versions);
        return peer;
    }

    /// <summary>Says of each group that this broker coordinates it, or that nobody does.</summary>
    public Task AnswerFindAsync(ScriptedPeer peer, ScriptedRequest request, ErrorCode error, params string[] groups) => peer.AnswerAsync(request.CorrelationId, writer =>
    {
        writer.Int32(0);
        if (request.Version < FindCoordinatorRequest.SeveralKeysFrom)
        {
            writer.Int16((short)error);
            writer.String(null);
            WriteBroker(writer, error);
        }
        else
        {
            writer.ArrayLength(groups.Length);
            foreach (var group in groups)
            {
                writer.String(group);
                WriteBroker(writer, error);
                writer.Int16((short)error);
                writer.String(null);
                writer.EndStructure();
            }
        }

        writer.EndStructure();
    });

    /// <summary>Answers a question for coordinators.</summary>
    public Task AnswerFindAsync(ScriptedRequest request, ErrorCode error, params string[] groups) => AnswerFindAsync(_first!, request, error, groups);

    /// <summary>Answers the next question for coordinators.</summary>
    public async Task FindAsync(ErrorCode error, params string[] groups) => await AnswerFindAsync(await ReadFindAsync(), error, groups);

    /// <summary>The group of a commit, or the only one of a question for coordinators.</summary>
    public static string GroupIn(ScriptedRequest request)
    {
        var frame = request.Frame.AsSpan(8); // behind key, version and correlation id
        var body = frame[(2 + BinaryPrimitives.ReadInt16BigEndian(frame) + 1)..];
        var text = request.Api == FindCoordinatorRequest.Definition.Key ? body[2..] : body;
        return Encoding.UTF8.GetString(text.Slice(1, text[0] - 1));
    }

    /// <summary>Answers a commit of <see cref="Partition"/>; without an error, says nothing of it.</summary>
    public static Task AnswerCommitAsync(ScriptedPeer peer, ScriptedRequest request, ErrorCode? error) => peer.AnswerAsync(request.CorrelationId, writer =>
    {
        Assert.Equal(OffsetCommitRequest.Definition.Key, request.Api);
        writer.Int32(0);
        writer.ArrayLength(error is null ? 0 : 1);
        if (error is { } known)
        {
            writer.String(Partition.Topic);
            writer.ArrayLength(1);
            writer.Int32(Partition.Partition);
            writer.Int16((short)known);
            writer.EndStructure();
            writer.EndStructure();
        }

        writer.EndStructure();
    });

    /// <summary>Answers a question for offsets: the same one for each group.</summary>
    public static Task AnswerFetchAsync(ScriptedPeer peer, ScriptedRequest request, long offset, ErrorCode error, params string[] groups) => peer.AnswerAsync(request.CorrelationId, writer =>
    {
        Assert.Equal(OffsetFetchRequest.Definition.Key, request.Api);
        writer.Int32(0);
        if (request.Version < OffsetFetchRequest.SeveralGroupsFrom)
        {
            WriteOffsets(writer, offset, error);
        }
        else
        {
            writer.ArrayLength(groups.Length);
            foreach (var group in groups)
            {
                writer.String(group);
                WriteOffsets(writer, offset, error);
                writer.EndStructure();
            }
        }

        writer.EndStructure();
    });

    public async ValueTask DisposeAsync()
    {
        await Groups.DisposeAsync();
        await _cluster.DisposeAsync();
        _first?.Dispose();
        await _broker.DisposeAsync();
    }

    private void WriteBroker(WireWriter writer, ErrorCode error)
    {
        writer.Int32(error == ErrorCode.NoError ? 1 : -1);
        writer.String(error == ErrorCode.NoError ? _broker.Host : "");
        writer.Int32(error == ErrorCode.NoError ? _broker.Port : -1);
    }

    private static void WriteOffsets(WireWriter writer, long offset, ErrorCode error)
    {
        writer.ArrayLength(1);
        writer.String(Partition.Topic);
        writer.ArrayLength(1);
        writer.Int32(Partition.Partition);
        writer.Int64(offset);
        writer.Int32(-1);
        writer.String("");
        writer.Int16((short)error);
        writer.EndStructure();
        writer.EndStructure();
        writer.Int16(0);
    }
}
