using System.Diagnostics;
using System.Globalization;
using System.Text;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>The built program as a process of its own.</summary>
internal sealed class CliProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
    private readonly Task<string> _output;
    private readonly Task _errors;
    private readonly string _what;

    private CliProgram(Process process, string what)
    {
        _process = process;
        _what = what;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    /// <summary>Where the restores of this test process keep their state: never in the home directory.</summary>
    private static string StateHome { get; } = NewStateHome();

    private static string Library => Path.Combine(AppContext.BaseDirectory, "kafka-restore.dll");

    /// <summary>Runs the program to its end.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndAsync();
    }

    /// <summary>Starts the program with further variables; a null one is unset.</summary>
    public static CliProgram Start(string[] arguments, params (string Name, string? Value)[] environment)
    {
        // A parent that ignores SIGINT hands that on; the program must be asked as a terminal would ask it.
        var start = OperatingSystem.IsLinux()
            ? new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", "dotnet", Library, .. arguments])
            : new ProcessStartInfo("dotnet", [Library, .. arguments]);
        return Start(start, environment, string.Join(' ', arguments));
    }

    /// <summary>Runs a bash script in which <c>$KAFKA_RESTORE</c> is the program.</summary>
    public static async Task<CliResult> BashAsync(string script)
    {
        await using var program = Start(new ProcessStartInfo("bash", ["-c", script]), [("KAFKA_RESTORE", $"dotnet {Library}")], script);
        return await program.EndAsync();
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>What stderr holds by now.</summary>
    public string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>Waits until stderr holds a text.</summary>
    public async Task SeesAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_error)
        {
            if (_error.ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            _awaited.Add((text, seen));
        }

        if (await Task.WhenAny(seen.Task, _errors, Task.Delay(Patience)) != seen.Task)
        {
            Assert.Fail($"'{_what}': '{text}' did not appear on stderr within {Patience}, which holds:\n{_error}");
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CliResult> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"'{_what}' did not end within {Patience}; stderr:\n{_error}");
        }

        await _errors;
        return new CliResult(_process.ExitCode, await _output, _error.ToString());
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CliProgram Start(ProcessStartInfo start, (string Name, string? Value)[] environment, string what)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        start.WorkingDirectory = Golden.Root;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        start.Environment["XDG_STATE_HOME"] = StateHome;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new CliProgram(Process.Start(start)!, what);
    }

    private static string NewStateHome()
    {
        var folder = Directory.CreateTempSubdirectory("kafka-restore-state-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.Append(line).Append('\n');
                foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                {
                    seen.TrySetResult();
                }
            }
        }
    }
}

/// <summary>How a run of the program ended.</summary>
internal sealed record CliResult(int Exit, string Out, string Error)
{
    /// <summary>The result with what is wrong in the message.</summary>
    public CliResult MustExit(int expected)
    {
        Assert.True(Exit == expected, $"exit code {Exit}, expected {expected}\nstdout:\n{Out}\nstderr:\n{Error}");
        return this;
    }
}
