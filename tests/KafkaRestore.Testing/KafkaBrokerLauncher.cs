using System.Diagnostics;
using System.Globalization;

namespace KafkaRestore.Testing;

/// <summary>A cluster of Apache Kafka that a test started, on free ports and in a directory of its own.</summary>
public sealed class KafkaBrokerLauncher : KafkaBroker
{
    // Ends the brokers when this process was killed before it could.
    private const string Guard = """
        while kill -0 "$0" 2>/dev/null; do sleep 1; done
        for file in "$1"/*/pid; do [ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null; done
        rm -rf "$1"
        """;

    // Records of tests are years old: a broker would delete them half a minute after its start.
    private const string KeepsEverything = "log.retention.ms=-1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _directory;
    private readonly KafkaBrokerPorts _ports;
    private int _ended;

    private KafkaBrokerLauncher(string directory, KafkaBrokerPorts ports)
    {
        _directory = directory;
        _ports = ports;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => End();
    }

    /// <inheritdoc/>
    public override string BootstrapServers => Bootstrap(0);

    /// <summary>Where to reach it with SASL and without TLS (secure clusters).</summary>
    public string SaslBootstrapServers => Bootstrap(20);

    /// <summary>Where to reach it with TLS and without SASL (secure clusters).</summary>
    public string SslBootstrapServers => Bootstrap(40);

    /// <summary>Where to reach it with SASL over TLS (secure clusters).</summary>
    public string SaslSslBootstrapServers => Bootstrap(80);

    /// <summary>Number of brokers, ids from 1.</summary>
    public int Brokers { get; private init; }

    /// <summary>Starts a cluster that keeps records of any age, and waits until it answers.</summary>
    public static async Task<KafkaBrokerLauncher> StartAsync(int brokers = 1, bool secure = false, params string[] settings)
    {
        var ports = KafkaBrokerPorts.Claim();
        var directory = Path.Combine(Path.GetTempPath(), $"kafka-restore-test-{Environment.ProcessId}-{ports.Base}");
        var cluster = new KafkaBrokerLauncher(directory, ports) { Brokers = brokers };
        cluster.StartGuard();
        List<string> arguments = ["start", "--dir", directory, "--brokers", Number(brokers), "--port", Number(ports.Base), "--heap", "384m"];
        if (secure)
        {
            arguments.Add("--secure");
        }

        foreach (var setting in settings.Append(KeepsEverything).DistinctBy(setting => setting.Split('=')[0]))
        {
            arguments.AddRange(["--set", setting]);
        }

        try
        {
            await RunAsync([.. arguments]);
            return cluster;
        }
        catch
        {
            cluster.End();
            throw;
        }
    }

    /// <summary>A file of the cluster's TLS folder: <c>ca.pem</c>, <c>client.pem</c>, <c>client.key</c>.</summary>
    public string TlsFile(string name) => Path.Combine(_directory, "tls", name);

    /// <summary>The folder of a broker's log of one partition.</summary>
    public string LogDirectory(int broker, string topic, int partition) => Path.Combine(_directory, Number(broker), "data", $"{topic}-{Number(partition)}");

    /// <summary>kill -9; returns when the process is gone.</summary>
    public async Task KillAsync(int broker)
    {
        var id = ProcessOf(broker);
        await RunAsync("kill", "--dir", _directory, Number(broker));
        if (id is { } known && Find(known) is { } process)
        {
            using (process)
            {
                await process.WaitForExitAsync().WaitAsync(Patience);
            }
        }
    }

    /// <summary>SIGSTOP.</summary>
    public Task PauseAsync(int broker) => RunAsync("pause", "--dir", _directory, Number(broker));

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync(int broker) => RunAsync("resume", "--dir", _directory, Number(broker));

    /// <summary>Starts a killed broker again on its data.</summary>
    public Task ReviveAsync(int broker) => RunAsync("revive", "--dir", _directory, Number(broker));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        End();
        return base.DisposeAsync();
    }

    /// <summary>Runs the launcher and gives what it printed.</summary>
    internal static async Task<string> RunAsync(params string[] arguments)
    {
        var launcher = KafkaFactConditions.Launcher ?? throw new InvalidOperationException("KAFKA_RESTORE_TEST_KAFKA is not set");
        using var process = Process.Start(new ProcessStartInfo(launcher, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{launcher} {string.Join(' ', arguments)}: no end after {Patience.TotalSeconds} s");
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{launcher} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{await output}{await errors}");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string Bootstrap(int listener) =>
        string.Join(',', Enumerable.Range(_ports.Base + listener + 1, Brokers).Select(port => $"127.0.0.1:{port}"));

    private void StartGuard() =>
        Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Guard, Number(Environment.ProcessId), _directory]) { RedirectStandardOutput = true, RedirectStandardError = true })?.Dispose();

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0 || !Directory.Exists(_directory))
        {
            return;
        }

        // Nothing in it is worth an orderly shutdown.
        foreach (var broker in Enumerable.Range(1, Brokers))
        {
            if (ProcessOf(broker) is { } id && Find(id) is { } process)
            {
                using (process)
                {
                    process.Kill();
                    process.WaitForExit(5_000);
                }
            }
        }

        Directory.Delete(_directory, recursive: true);
        _ports.Dispose();
    }

    private int? ProcessOf(int broker)
    {
        var file = Path.Combine(_directory, Number(broker), "pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null; // ended already
        }
    }
}
