using System.Collections.Concurrent;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>A cluster of one scripted broker that takes every connection and answers each request as its kind does, until it is disposed.</summary>
internal abstract class ServingBroker : IAsyncDisposable
{
    private readonly ScriptedBroker _broker = new();
    private readonly ConcurrentBag<ScriptedPeer> _peers = [];
    private readonly IReadOnlyList<ApiVersionRange> _versions;
    private readonly Task _accepting;

    protected ServingBroker(params ApiVersionRange[] versions)
    {
        _versions = versions;
        _accepting = AcceptAsync();
    }

    public KafkaConnectionOptions Connection => _broker.Options;

    protected BrokerAddress Address => new(1, _broker.Host, _broker.Port);

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        foreach (var peer in _peers)
        {
            peer.Dispose();
        }

        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Answers a request, or closes the connection and says so with false.</summary>
    protected abstract Task<bool> AnswerAsync(ScriptedPeer peer, ScriptedRequest request);

    private async Task AcceptAsync()
    {
        while (true)
        {
            var peer = await _broker.AcceptAsync();
            _peers.Add(peer);
            _ = ServeAsync(peer);
        }
    }

    private async Task ServeAsync(ScriptedPeer peer)
    {
        await peer.AnswerVersionsAsync([.. _versions]);
        while (await AnswerAsync(peer, await peer.ReadAsync()))
        {
        }
    }
}
