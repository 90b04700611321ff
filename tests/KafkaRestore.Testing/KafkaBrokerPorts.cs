using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KafkaRestore.Testing;

/// <summary>
/// Free ports for clusters, out of <c>KAFKA_RESTORE_TEST_PORTS</c> (<c>first-last</c>, default 23000-29999). A file held open keeps
/// other test processes from taking the same ones.
/// </summary>
internal sealed class KafkaBrokerPorts : IDisposable
{
    private const int MostBrokers = 3;

    // The launcher's listeners stand this far from the base port: plain, SASL, TLS, controller, both.
    private static readonly int[] Listeners = [0, 20, 40, 60, 80];
    private readonly FileStream _claim;

    private KafkaBrokerPorts(int @base, FileStream claim)
    {
        Base = @base;
        _claim = claim;
    }

    /// <summary>The port before the first broker's.</summary>
    internal int Base { get; }

    internal static KafkaBrokerPorts Claim()
    {
        var (first, last) = Range();
        for (var block = first; block + Listeners[^1] + 20 <= last + 10; block += 100)
        {
            for (var candidate = block; candidate + MostBrokers < block + 20; candidate += MostBrokers + 1)
            {
                if (TryClaim(candidate) is { } claim)
                {
                    if (Listeners.SelectMany(offset => Enumerable.Range(candidate + offset + 1, MostBrokers)).All(IsFree))
                    {
                        return new KafkaBrokerPorts(candidate, claim);
                    }

                    claim.Dispose();
                }
            }
        }

        throw new InvalidOperationException($"no free ports for a cluster between {first} and {last}; set KAFKA_RESTORE_TEST_PORTS");
    }

    public void Dispose() => _claim.Dispose();

    private static (int First, int Last) Range()
    {
        var given = Environment.GetEnvironmentVariable("KAFKA_RESTORE_TEST_PORTS")?.Split('-');
        return given is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture))
            : (23_000, 29_999);
    }

    private static FileStream? TryClaim(int port)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "kafka-restore-test-ports"));
        try
        {
            return new FileStream(Path.Combine(directory.FullName, port.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
