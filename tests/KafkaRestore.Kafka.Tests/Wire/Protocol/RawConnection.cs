using System.Buffers.Binary;
using System.Net.Sockets;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>The least that lets a test put a request to a broker in a version of its choice: one request at a time over plain TCP.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client;
    private IReadOnlyDictionary<short, ApiVersionRange> _taken = new Dictionary<short, ApiVersionRange>();
    private int _correlation;

    private RawConnection(TcpClient client) => _client = client;

    public static async Task<RawConnection> OpenAsync(BrokerAddress address)
    {
        var connection = new RawConnection(new TcpClient { NoDelay = true });
        await connection._client.ConnectAsync(address.Host, address.Port);
        var answer = await connection.AskAsync(new ApiVersionsRequest("test"), 3);
        connection._taken = answer.Apis.ToDictionary(api => api.Key);
        return connection;
    }

    /// <summary>Every version of a request that both sides speak, from the lowest to the highest; at least one.</summary>
    public IReadOnlyList<short> VersionsOf(Api api)
    {
        Assert.True(_taken.TryGetValue(api.Key, out var taken), $"the broker does not take {api}");
        var versions = Enumerable.Range(api.Lowest, api.Highest - api.Lowest + 1).Select(version => (short)version)
            .Where(version => version >= taken.Lowest && version <= taken.Highest).ToArray();
        Assert.True(versions.Length > 0, $"the broker takes {api} {taken.Lowest}-{taken.Highest}, we speak {api.Lowest}-{api.Highest}");
        return versions;
    }

    /// <summary>Asks in the highest version that both sides speak.</summary>
    public Task<T> AskAsync<T>(Request<T> request) => AskAsync(request, VersionsOf(request.Api)[^1]);

    /// <summary>Asks, and insists that the answer is read to its end.</summary>
    public async Task<T> AskAsync<T>(Request<T> request, short version)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var stream = _client.GetStream();
        await WriteAsync(stream, request, version, patience.Token);
        var size = new byte[4];
        await stream.ReadExactlyAsync(size, patience.Token);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await stream.ReadExactlyAsync(answer, patience.Token);
        return Read(request, version, answer);
    }

    /// <summary>Asks again as long as the broker says that it is not ready.</summary>
    public async Task<T> AskUntilAsync<T>(Request<T> request, short version, Func<T, bool> isReady)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            var answer = await AskAsync(request, version);
            if (isReady(answer))
            {
                return answer;
            }

            Assert.False(patience.IsCancellationRequested, $"{request.Api} {version}: after {s_patience} still {answer}");
            await Task.Delay(20);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteAsync<T>(NetworkStream stream, Request<T> request, short version, CancellationToken cancellationToken)
    {
        using var writer = new WireWriter();
        writer.Int32(0);
        writer.Int16(request.Api.Key);
        writer.Int16(version);
        writer.Int32(++_correlation);
        writer.String("test");
        writer.Flexible = request.Api.IsFlexible(version);
        writer.EndStructure();
        request.Write(writer, version);
        writer.PatchInt32(0, (int)writer.Length - 4);
        foreach (var piece in writer.Pieces())
        {
            await stream.WriteAsync(piece, cancellationToken);
        }
    }

    private T Read<T>(Request<T> request, short version, byte[] answer)
    {
        var isFlexible = request.Api.IsFlexible(version);
        var header = new WireReader(answer, isFlexible && request.Api != ApiVersionsRequest.Definition);
        Assert.Equal(_correlation, header.Int32());
        header.EndStructure();
        var reader = new WireReader(answer.AsSpan(answer.Length - header.Remaining), isFlexible);
        var response = request.Read(ref reader, version);
        Assert.True(reader.Remaining == 0, $"{request.Api} {version}: {reader.Remaining} bytes of the answer were not read");
        return response;
    }
}
