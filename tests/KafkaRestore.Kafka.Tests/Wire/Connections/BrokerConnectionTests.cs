using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>A test that needs IPv6.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IPv6FactAttribute : FactAttribute
{
    public IPv6FactAttribute()
    {
        if (!Socket.OSSupportsIPv6)
        {
            Skip = "needs IPv6";
        }
    }
}

/// <summary>What a connection makes of brokers that do not behave.</summary>
public sealed class BrokerConnectionTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Pipelined_requests_get_their_own_answers_whatever_the_packets()
    {
        const int count = 200;
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;

        var answers = new List<Task<int>>();
        for (var i = 0; i < count; i++)
        {
            answers.Add(await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None));
        }

        var stream = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            var request = await peer.ReadAsync();
            stream.AddRange(ScriptedPeer.Frame(request.CorrelationId, writer => writer.Int32(i * 7), flexible: false));
        }

        foreach (var packet in stream.Chunk(37))
        {
            await peer.SendAsync(packet);
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => i * 7), await Task.WhenAll(answers));
    }

    [Fact]
    public async Task Requests_are_written_whole_and_in_the_order_of_the_calls()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        var bodies = Enumerable.Range(0, 50).Select(i => Enumerable.Repeat((byte)i, i * 997).ToArray()).ToArray();

        var begun = bodies.Select(body => client.BeginAsync(new EchoRequest(body), Timeout, CancellationToken.None).AsTask()).ToArray();

        foreach (var body in bodies)
        {
            var request = await peer.ReadAsync();
            Assert.Equal(body, request.Frame[^body.Length..]);
            Assert.Equal(body.Length, BinaryPrimitives.ReadInt32BigEndian(request.Frame.AsSpan(request.Frame.Length - body.Length - 4)));
        }

        await Task.WhenAll(begun);
    }

    [Fact]
    public async Task A_request_names_its_client_version_and_number()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;

        await client.BeginAsync(new MetadataRequest([]), Timeout, CancellationToken.None);
        var request = await peer.ReadAsync();

        Assert.Equal((3, 12), (request.Api, request.Version));
        Assert.Equal("kafka-restore", Encoding.UTF8.GetString(request.Frame.AsSpan(10, BinaryPrimitives.ReadInt16BigEndian(request.Frame.AsSpan(8)))));
        Assert.Equal(0, request.Frame[23]); // the header's tagged fields
    }

    [Fact]
    public async Task A_version_is_the_highest_that_both_sides_speak()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync(versions: [new(3, 5, 10), new(10, 0, 2)]);
        await using var _ = client;
        using var __ = peer;

        Assert.Equal(10, client.VersionOf(MetadataRequest.Definition));
        Assert.False(client.Supports(FindCoordinatorRequest.Definition));
        Assert.False(client.Supports(SaslHandshakeRequest.Definition));
        var failure = Assert.Throws<WireException>(() => client.VersionOf(FindCoordinatorRequest.Definition));
        Assert.Equal(WireFailure.Unsupported, failure.Failure);
        Assert.Contains("FindCoordinator", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_know_our_question_for_versions_is_asked_in_version_0()
    {
        await using var broker = new ScriptedBroker();
        var opening = broker.OpenAsync();
        using var peer = await broker.AcceptAsync();
        var first = await peer.ReadAsync();
        await peer.AnswerAsync(
            first.CorrelationId,
            writer =>
            {
                writer.Int16(35);
                writer.ArrayLength(0);
            },
            flexible: false);
        var second = await peer.ReadAsync();
        Assert.Equal((18, 0), (second.Api, second.Version));
        await peer.AnswerAsync(
            second.CorrelationId,
            writer =>
            {
                writer.Int16(0);
                writer.ArrayLength(1);
                writer.Int16(3);
                writer.Int16(0);
                writer.Int16(9);
            },
            flexible: false);

        await using var client = await opening;

        Assert.Equal(9, client.VersionOf(MetadataRequest.Definition));
    }

    [Fact]
    public Task An_answer_out_of_turn_ends_the_connection() => AssertEndsAsync(
        WireFailure.Malformed,
        "whose turn it is not",
        (peer, requests) => peer.AnswerAsync(requests[1].CorrelationId, writer => writer.Int32(1), flexible: false));

    [Fact]
    public async Task An_answer_that_comes_twice_ends_the_connection()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        var answer = await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);
        var request = await peer.ReadAsync();

        for (var time = 0; time < 2; time++)
        {
            await peer.AnswerAsync(request.CorrelationId, writer => writer.Int32(5), flexible: false);
        }

        Assert.Equal(5, await answer);
        await client.Closed.WaitAsync(ScriptedPeer.Patience);
        Assert.Equal(WireFailure.Malformed, client.Failure!.Failure);
    }

    [Fact]
    public Task An_answer_that_is_too_short_ends_the_connection() => AssertEndsAsync(
        WireFailure.Malformed,
        "Echo cannot be read",
        (peer, requests) => peer.AnswerAsync(requests[0].CorrelationId, writer => writer.Int16(1), flexible: false));

    [Fact]
    public Task A_length_beyond_the_limit_ends_the_connection() => AssertEndsAsync(
        WireFailure.Malformed, "claims 2147483647 bytes", (peer, _) => peer.SendAsync([0x7F, 0xFF, 0xFF, 0xFF]));

    [Fact]
    public Task A_negative_length_ends_the_connection() => AssertEndsAsync(WireFailure.Malformed, "claims -1 bytes", (peer, _) => peer.SendAsync([0xFF, 0xFF, 0xFF, 0xFF]));

    [Fact]
    public Task A_broker_that_hangs_up_in_the_middle_of_an_answer_ends_the_connection() => AssertEndsAsync(
        WireFailure.Lost,
        "in the middle of an answer",
        async (peer, _) =>
        {
            await peer.SendAsync([0, 0, 0, 100, 0, 0]);
            peer.Dispose();
        });

    [Fact]
    public Task A_broker_that_hangs_up_ends_the_connection() => AssertEndsAsync(
        WireFailure.Lost,
        "closed the connection",
        (peer, _) =>
        {
            peer.Dispose();
            return Task.CompletedTask;
        });

    [Fact]
    public async Task Half_an_answer_and_then_silence_is_a_timeout()
    {
        var time = new ManualTime();
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync(time);
        await using var _ = client;
        using var __ = peer;
        var patient = await client.BeginAsync(new EchoRequest(), Timeout * 10, CancellationToken.None);
        var hasty = await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);
        await peer.SendAsync([0, 0, 0, 100, 0, 0]);

        time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(client.Closed.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        await client.Closed.WaitAsync(ScriptedPeer.Patience);
        foreach (var answer in new[] { patient, hasty })
        {
            Assert.Equal(WireFailure.TimedOut, (await Assert.ThrowsAsync<WireException>(() => answer)).Failure);
        }

        Assert.True(await peer.IsHungUpAsync());
    }

    [Fact]
    public async Task An_answer_in_time_keeps_the_connection_and_the_next_timeout_counts_anew()
    {
        var time = new ManualTime();
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync(time);
        await using var _ = client;
        using var __ = peer;
        for (var round = 0; round < 3; round++)
        {
            var answer = await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);
            time.Advance(Timeout * 0.9);
            await peer.AnswerAsync((await peer.ReadAsync()).CorrelationId, writer => writer.Int32(round), flexible: false);
            Assert.Equal(round, await answer);
        }

        await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);
        time.Advance(Timeout);

        await client.Closed.WaitAsync(ScriptedPeer.Patience);
        Assert.Equal(WireFailure.TimedOut, client.Failure!.Failure);
    }

    [Fact]
    public async Task A_call_after_the_end_hears_the_first_reason()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        peer.Dispose();
        await client.Closed.WaitAsync(ScriptedPeer.Patience);
        await client.DisposeAsync();

        var failure = await Assert.ThrowsAsync<WireException>(() => client.AskAsync(new EchoRequest(), CancellationToken.None));

        Assert.Equal(WireFailure.Lost, failure.Failure);
        Assert.StartsWith($"{broker.Address}: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_fails_what_has_no_answer_and_hangs_up()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        using var _ = peer;
        var answer = await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);

        await client.DisposeAsync();

        Assert.Equal(WireFailure.Closed, (await Assert.ThrowsAsync<WireException>(() => answer)).Failure);
        Assert.True(client.Closed.IsCompleted);
        Assert.True(await peer.IsHungUpAsync());
    }

    [Fact]
    public async Task A_write_that_is_cancelled_half_way_ends_the_connection()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        using var cancel = new CancellationTokenSource();
        var earlier = await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);

        // More than the sockets' buffers hold, and nobody reads.
        var writing = client.BeginAsync(new EchoRequest(new byte[64 << 20]), Timeout, cancel.Token).AsTask();
        Assert.False(writing.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Equal(WireFailure.Lost, (await Assert.ThrowsAsync<WireException>(() => earlier)).Failure);
    }

    [Fact]
    public async Task A_request_asked_whole_is_written_to_its_end_although_who_asked_has_gone()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        using var cancel = new CancellationTokenSource();
        var gone = client.AskWholeAsync(new EchoRequest(new byte[64 << 20]), cancel.Token);
        var patient = client.AskAsync(new EchoRequest(), CancellationToken.None);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        for (var i = 0; i < 2; i++)
        {
            await peer.AnswerAsync((await peer.ReadAsync()).CorrelationId, writer => writer.Int32(i), flexible: false);
        }

        Assert.Equal(1, await patient);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.AskWholeAsync(new EchoRequest(), cancel.Token));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_its_turn_leaves_the_connection_as_it_is()
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        using var cancel = new CancellationTokenSource();
        var large = client.BeginAsync(new EchoRequest(new byte[64 << 20]), Timeout, CancellationToken.None).AsTask();
        var waiting = client.BeginAsync(new EchoRequest(), Timeout, cancel.Token).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var request = await peer.ReadAsync();
        await peer.AnswerAsync(request.CorrelationId, writer => writer.Int32(11), flexible: false);

        Assert.Equal(11, await await large);
        Assert.False(client.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_write_to_a_broker_that_does_not_read_ends_with_the_requests_time()
    {
        var time = new ManualTime();
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync(time);
        await using var _ = client;
        using var __ = peer;
        var stuck = client.BeginAsync(new EchoRequest(new byte[64 << 20]), Timeout, CancellationToken.None).AsTask();
        var behind = client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None).AsTask();

        time.Advance(Timeout);

        foreach (var call in new[] { stuck, behind })
        {
            Assert.Equal(WireFailure.TimedOut, (await Assert.ThrowsAsync<WireException>(() => call)).Failure);
        }
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_unreachable()
    {
        var broker = new ScriptedBroker();
        await broker.DisposeAsync();

        var failure = await Assert.ThrowsAsync<WireException>(() => broker.OpenAsync());

        Assert.Equal(WireFailure.Unreachable, failure.Failure);
        Assert.Equal($"{broker.Address}: nothing listens there (connection refused)", failure.Message);
    }

    [Fact]
    public async Task A_host_that_does_not_exist_is_unreachable()
    {
        var options = new KafkaConnectionOptions { BootstrapServers = ["no-such-host.invalid:9092"] };

        var failure = await Assert.ThrowsAsync<WireException>(() =>
            BrokerConnection.OpenAsync(new BrokerAddress(-1, "no-such-host.invalid", 9092), options, new WireOptions(), TimeProvider.System, CancellationToken.None));

        Assert.Equal(WireFailure.Unreachable, failure.Failure);
    }

    [Fact]
    public async Task A_listener_that_never_answers_is_unreachable_when_the_time_is_over()
    {
        var time = new ManualTime();
        await using var broker = new ScriptedBroker();
        var opening = broker.OpenAsync(time, new WireOptions { ConnectTimeout = TimeSpan.FromSeconds(3) });
        using var peer = await broker.AcceptAsync();
        await peer.ReadAsync();
        Assert.False(opening.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(3));

        var failure = await Assert.ThrowsAsync<WireException>(() => opening);
        Assert.Equal(WireFailure.Unreachable, failure.Failure);
        Assert.Contains("longer than 3 s", failure.Message, StringComparison.Ordinal);
        Assert.True(await peer.IsHungUpAsync());
    }

    [Fact]
    public async Task Opening_that_is_cancelled_is_cancelled_and_hangs_up()
    {
        using var cancel = new CancellationTokenSource();
        await using var broker = new ScriptedBroker();
        var opening = broker.OpenAsync(cancellationToken: cancel.Token);
        using var peer = await broker.AcceptAsync();
        await peer.ReadAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.True(await peer.IsHungUpAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", nameof(WireFailure.Malformed), "an HTTP server answers")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", nameof(WireFailure.Malformed), "claims")]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\u0028", nameof(WireFailure.Tls), "this port wants SSL")]
    public async Task Another_protocol_on_the_port_is_named(string greeting, string expected, string words)
    {
        await using var broker = new ScriptedBroker();
        var opening = broker.OpenAsync();
        using var peer = await broker.AcceptAsync();

        await peer.SendAsync(Encoding.Latin1.GetBytes(greeting));

        var failure = await Assert.ThrowsAsync<WireException>(() => opening);
        Assert.Equal(expected, failure.Failure.ToString());
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_hangs_up_at_once_is_asked_about_tls()
    {
        await using var broker = new ScriptedBroker();
        var opening = broker.OpenAsync();
        using (var peer = await broker.AcceptAsync())
        {
            await peer.ReadAsync();
        }

        var failure = await Assert.ThrowsAsync<WireException>(() => opening);

        Assert.Contains("does this port want TLS", failure.Message, StringComparison.Ordinal);
    }

    [IPv6Fact]
    public async Task IPv6_is_spoken()
    {
        await using var broker = new ScriptedBroker(IPAddress.IPv6Loopback);
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;

        Assert.Equal($"[::1]:{broker.Port}", client.Address.ToString());
        Assert.Equal(client.Address, Assert.Single(BootstrapList.Parse([client.Address.ToString()])));
    }

    [Fact]
    public async Task A_failed_answer_that_nobody_waits_for_is_no_unobserved_exception()
    {
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved)
            {
                unobserved.AddRange(e.Exception.InnerExceptions.OfType<WireException>());
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await AbandonAsync();
            for (var round = 0; round < 3; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.Empty(unobserved);

        static async Task AbandonAsync()
        {
            await using var broker = new ScriptedBroker();
            var (client, peer) = await broker.ConnectAsync();
            using var _ = peer;
            await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None);
            await client.DisposeAsync();
        }
    }

    /// <summary>Two requests are under way when <paramref name="act"/> happens; both fail with the same reason, and so does the next.</summary>
    private static async Task AssertEndsAsync(WireFailure expected, string words, Func<ScriptedPeer, IReadOnlyList<ScriptedRequest>, Task> act)
    {
        await using var broker = new ScriptedBroker();
        var (client, peer) = await broker.ConnectAsync();
        await using var _ = client;
        using var __ = peer;
        Task<int>[] answers =
        [
            await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None),
            await client.BeginAsync(new EchoRequest(), Timeout, CancellationToken.None),
        ];
        ScriptedRequest[] requests = [await peer.ReadAsync(), await peer.ReadAsync()];

        await act(peer, requests);

        await client.Closed.WaitAsync(ScriptedPeer.Patience);
        foreach (var call in answers.Append(client.AskAsync(new EchoRequest(), CancellationToken.None)))
        {
            var failure = await Assert.ThrowsAsync<WireException>(() => call);
            Assert.Equal(expected, failure.Failure);
            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        }
    }
}
