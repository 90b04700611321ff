using System.Net;
using System.Net.Sockets;

namespace KafkaRestore.Chaos.Tests.Faults;

/// <summary>Stands between the program and a server, and does to connections what networks do.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private const int PieceBytes = 4_096;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private int _resets;
    private int _refused;
    private volatile bool _refuses;

    public FaultyProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The server's port on this machine.</summary>
    public int ServerPort { get; set; }

    /// <summary>After how many bytes from either side a new connection is reset; null never.</summary>
    public Func<int?> Life { get; set; } = static () => null;

    /// <summary>How long each piece of an answer is held back.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether new connections are reset at once; those that are open are reset when it becomes true.</summary>
    public bool Refuses
    {
        get => _refuses;
        set
        {
            _refuses = value;
            if (value)
            {
                ResetAll();
            }
        }
    }

    /// <summary>Connections reset in the middle.</summary>
    public int Resets => Volatile.Read(ref _resets);

    /// <summary>Connections reset before a byte.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        ResetAll();
        await _accepting;
        _stop.Dispose();
    }

    /// <summary>Resets every open connection.</summary>
    public void ResetAll()
    {
        lock (_open)
        {
            foreach (var socket in _open)
            {
                Reset(socket);
            }

            _open.Clear();
        }
    }

    /// <summary>RST instead of FIN.</summary>
    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                if (Refuses)
                {
                    Interlocked.Increment(ref _refused);
                    Reset(client);
                    continue;
                }

                serving.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;

        // Before the first wait: one connection after the other, so that a seeded choice stays one.
        var life = new Lifetime(Life());
        try
        {
            lock (_open)
            {
                _open.Add(client);
            }

            await server.ConnectAsync(IPAddress.Loopback, ServerPort, _stop.Token);
            await Task.WhenAny(CarryAsync(client, server, life, TimeSpan.Zero), CarryAsync(server, client, life, Delay));
            if (life.IsOver)
            {
                Interlocked.Increment(ref _resets);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Reset by the test, or the server is away: the client sees the same.
        }
        finally
        {
            lock (_open)
            {
                if (_open.Remove(client))
                {
                    Reset(client);
                }
            }

            server.Close();
        }
    }

    /// <summary>Carries bytes until one side closes, fails, or the connection's life is over; never throws.</summary>
    private async Task CarryAsync(Socket from, Socket to, Lifetime life, TimeSpan delay)
    {
        var piece = new byte[PieceBytes];
        try
        {
            while (await from.ReceiveAsync(piece.AsMemory(), _stop.Token) is > 0 and var count && !life.Spend(count))
            {
                if (delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay, _stop.Token);
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(piece.AsMemory(sent, count - sent), _stop.Token);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction ends with it.
        }
    }

    private sealed class Lifetime(int? bytes)
    {
        private int _left = bytes ?? int.MaxValue;

        public bool IsOver => bytes is not null && Volatile.Read(ref _left) <= 0;

        public bool Spend(int count) => bytes is not null && Interlocked.Add(ref _left, -count) <= 0;
    }
}
