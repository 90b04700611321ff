using System.Net;
using System.Net.Sockets;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Opens TCP connections, to whichever of a host's addresses answers first.</summary>
internal static class TcpDialer
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Connects to <paramref name="address"/>.</summary>
    /// <exception cref="WireException">Unreachable.</exception>
    public static async ValueTask<Stream> DialAsync(BrokerAddress address, ConnectionSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(address.Host, settings.AddressFamily, cancellationToken).ConfigureAwait(false);
        try
        {
            return await StaggeredRace.FirstAsync(
                addresses,
                (ip, token) => ConnectAsync(new IPEndPoint(ip, address.Port), settings, token),
                Patience,
                time,
                static stream => stream.DisposeAsync(),
                cancellationToken).ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            throw new WireException(WireFailure.Unreachable, string.Join(", ", e.InnerExceptions.Select(static inner => Describe(inner)).Distinct()), e.InnerExceptions[0]);
        }
    }

    /// <summary>A network failure for a person.</summary>
    public static string Describe(Exception failure) => (failure as SocketException ?? failure.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nothing listens there (connection refused)",
        SocketError.ConnectionReset => "the broker reset the connection",
        SocketError.TimedOut => "no answer (timed out)",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way to this host",
        { } other => $"network error {other}",
        null => failure.Message.TrimEnd('.'),
    };

    private static async ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, family, cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw new WireException(WireFailure.Unreachable, "the host name has no address");
        }
        catch (SocketException e)
        {
            throw new WireException(WireFailure.Unreachable, "the host name is not known", e);
        }
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint endPoint, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = settings.NoDelay };
        try
        {
            if (settings.KeepAlive)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            }

            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
