using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KafkaRestore.Testing;

/// <summary>
/// A real S3 server on loopback for this test process: started by the launcher that <see cref="LauncherVariable"/> names when the first test
/// needs it, stopped with its data when the process ends.
/// </summary>
public sealed class S3Server
{
    /// <summary>The environment variable with the launcher's path: <c>start|kill --dir DIR --port PORT</c>, <c>start</c> prints the endpoint.</summary>
    public const string LauncherVariable = "KAFKA_RESTORE_TEST_S3";

    private const int StartAttempts = 3;
    private static readonly Lazy<S3Server> s_shared = new(Start);
    private readonly string _launcher;
    private readonly string _directory;

    private S3Server(string launcher, string directory, string endpoint)
    {
        _launcher = launcher;
        _directory = directory;
        Endpoint = endpoint;
    }

    /// <summary>Why there is no server to be had, for a skipped test; null when there is one.</summary>
    public static string? WhyMissing => Environment.GetEnvironmentVariable(LauncherVariable) switch
    {
        null or "" => $"needs an S3 server: set {LauncherVariable} to a launcher",
        var path when !File.Exists(path) => $"needs an S3 server: {LauncherVariable} names '{path}', which does not exist",
        _ => null,
    };

    /// <summary>The server of this process.</summary>
    public static S3Server Shared => s_shared.Value;

    /// <summary>The service's URL, <c>http://127.0.0.1:port</c>.</summary>
    public string Endpoint { get; }

    /// <summary>The bucket that is there from the start.</summary>
    public string Bucket => "kafka-backups";

    /// <summary>The access key.</summary>
    public string AccessKey => "test";

    /// <summary>The secret key.</summary>
    public string SecretKey => "test-secret";

    /// <summary>The bucket's directory: an object is the plain file of its name below it.</summary>
    public string BucketDirectory => Path.Combine(_directory, "data", Bucket);

    /// <summary>A prefix that no other test uses.</summary>
    public static string NewPrefix() => $"test-{Guid.NewGuid():N}";

    /// <summary>
    /// Stops the server and removes its data, in a process of its own: the runner gives a test process that ends a tenth of a second.
    /// </summary>
    private void Stop()
    {
        var start = new ProcessStartInfo("/bin/sh");
        foreach (var argument in new[] { "-c", "\"$0\" kill --dir \"$1\"; rm -rf \"$1\"", _launcher, _directory })
        {
            start.ArgumentList.Add(argument);
        }

        Process.Start(start)?.Dispose();
    }

    private static S3Server Start()
    {
        if (WhyMissing is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var launcher = Environment.GetEnvironmentVariable(LauncherVariable)!;
        var said = "";
        for (var attempt = 1; attempt <= StartAttempts; attempt++)
        {
            // A port that is free now can be taken when the server opens it, so another one is tried.
            var directory = Directory.CreateTempSubdirectory("kafka-restore-s3-").FullName;
            if (Launch(launcher, directory, FreePort(), out said))
            {
                var server = new S3Server(launcher, directory, said.Trim());
                AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Stop();
                return server;
            }

            Directory.Delete(directory, recursive: true);
        }

        throw new InvalidOperationException($"the S3 server did not start in {StartAttempts} attempts: {said}");
    }

    private static bool Launch(string launcher, string directory, int port, out string said)
    {
        var start = new ProcessStartInfo(launcher) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "start", "--dir", directory, "--port", port.ToString(CultureInfo.InvariantCulture) })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
