using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KafkaRestore.Chaos.Tests.Programs;

/// <summary>The built program at work, in a process that can be killed, stopped and woken.</summary>
internal sealed class RestoreProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "kafka-restore.dll");

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly Task<string> _output;
    private readonly Task _errors;

    private RestoreProcess(Process process)
    {
        _process = process;
        StartedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    /// <summary>When it was started, epoch milliseconds.</summary>
    public long StartedAt { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>What it has said on stderr so far.</summary>
    public string Said
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>Starts <c>kafka-restore</c> with further environment variables.</summary>
    public static RestoreProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A parent that ignores SIGINT hands that on; env also becomes the program, so that signals reach it.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", "dotnet", Library, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new RestoreProcess(Process.Start(start)!);
    }

    /// <summary>kill -9; returns when the process is gone. False: it had ended by itself.</summary>
    public async Task<bool> KillAsync()
    {
        _process.Kill();
        return await ExitCodeAsync() == 128 + 9;
    }

    /// <summary>Stands still (SIGSTOP) when this returns.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("STOP");
        await Watch.UntilAsync($"process {Id} stands still", () => Task.FromResult(State() == 'T'));
    }

    /// <summary>SIGCONT.</summary>
    public Task WakeAsync() => SignalAsync("CONT");

    /// <summary>Ctrl-C.</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    /// <summary>Waits for its end.</summary>
    public async Task<RestoreResult> EndAsync()
    {
        var exit = await ExitCodeAsync();
        await _errors;
        return new RestoreResult(exit, await _output, Said);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> ExitCodeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"process {Id} did not end within {Patience}; it said:\n{Said}");
        }

        return _process.ExitCode;
    }

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.True(kill.ExitCode == 0, $"kill -{name} {Id}: exit {kill.ExitCode}; it said:\n{Said}");
    }

    /// <summary>The state of Linux's process table; behind the program's name in parentheses.</summary>
    private char State()
    {
        var text = File.ReadAllText($"/proc/{Id}/stat");
        return text[text.LastIndexOf(')') + 2];
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.Append(line).Append('\n');
            }
        }
    }
}
