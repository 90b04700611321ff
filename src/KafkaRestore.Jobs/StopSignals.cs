using System.Runtime.InteropServices;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs;

/// <summary>Ctrl-C and SIGTERM: the first asks the command to stop, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConsoleLog _log;
    private readonly List<PosixSignalRegistration> _registrations;
    private int _signals;

    public StopSignals(ConsoleLog log)
    {
        _log = log;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // A terminal that takes nothing must not keep us.
            Task.Run(_log.ShowCursor).Wait(TimeSpan.FromMilliseconds(100));
            ExitNow((int)ExitCode.Stopped);
            return;
        }

        _ = _stop.CancelAsync();

        // Last: while a write to stdout hangs, so does every other write to the console.
        _log.Message("Stopping. Press Ctrl-C again to end at once, without a report.");
    }

    /// <summary>Ends the process without waiting for anybody: exit handlers of native libraries may.</summary>
    private static void ExitNow(int code)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(code);
        }

        ExitProcess(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitProcess(int code);
}
