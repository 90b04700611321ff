using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using KafkaRestore.Api;
using KafkaRestore.Api.Client;

namespace KafkaRestore.Cluster.Tests.Support;

/// <summary><c>kafka-restore-silo</c> as a process of its own.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RemoteRestoreService? _service;

    private SiloProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Its name in the cluster.</summary>
    public string Name { get; }

    /// <summary>What it has said.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>The cluster, asked at this silo.</summary>
    public IRestoreService Service => _service!;

    /// <summary>Whether it runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Its exit code; it must have ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts one, and waits until it serves.</summary>
    public static async Task<SiloProcess> StartAsync(LocalRedis redis, string cluster, string name, params string[] further)
    {
        var port = LocalRedis.FreePort().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "kafka-restore-silo.dll"), "--redis", redis.Address, "--cluster", cluster, "--name", name, "--silo-port", port, "--listen", "127.0.0.1:0", "--memory-budget", "512MiB", .. further])
        {
            RedirectStandardError = true,
        };
        var silo = new SiloProcess(name, Process.Start(start)!);
        silo._service = new RemoteRestoreService(new Uri(await silo._listening.Task.WaitAsync(Patience)));
        return silo;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public Task EndedAsync() => _process.WaitForExitAsync().WaitAsync(Patience);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            _process.Kill();
        }

        await EndedAsync();
        _service?.Dispose();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }

        if (line is not null && Listening().Match(line) is { Success: true } found)
        {
            _listening.TrySetResult(found.Groups[1].Value);
        }
        else if (line is null)
        {
            _listening.TrySetException(new InvalidOperationException($"silo {Name} ended before it listened: {Log}"));
        }
    }

    [GeneratedRegex(@"listening on (http://\S+?)(,|$)")]
    private static partial Regex Listening();
}
