using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaRestore.Cluster.Tests.Support;

/// <summary>A Redis of a test's own, on a free port of loopback, that keeps what it is told (every write, at once).</summary>
internal sealed class LocalRedis : IAsyncDisposable
{
    private const int FirstPort = 12_000;
    private const int Ports = 8_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Processes of the same machine begin at different ones.
    private static int s_ports = Environment.ProcessId * 97 % Ports;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-restore-redis-");
    private Process? _process;

    private LocalRedis(int port) => Port = port;

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>What <c>--redis</c> takes.</summary>
    public string Address => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts one.</summary>
    public static async Task<LocalRedis> StartAsync()
    {
        var redis = new LocalRedis(FreePort());
        await redis.RunAsync();
        return redis;
    }

    /// <summary>A port that nobody listens on, below those that the system gives to outgoing connections; never the same one twice.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_ports) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }

    /// <summary>Ends it at once, and starts it again on what it has kept.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        await RunAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Delete(recursive: true);
    }

    private async Task EndAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    private async Task RunAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        _process = Process.Start(new ProcessStartInfo(
            "redis-server",
            ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, line) =>
        {
            lock (said)
            {
                said.AppendLine(line.Data);
            }

            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"Redis ended before it was ready: {said}"));
            }
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(Patience);
    }
}
