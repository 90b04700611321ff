using System.Net;
using System.Net.Sockets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Silo;

/// <summary>The address at which others reach this machine, where nobody has named one.</summary>
internal static class SiloAddresses
{
    /// <summary>Loopback where Redis is there too; else the machine's first address, IPv4 before IPv6.</summary>
    /// <param name="redis">Redis, as <c>--redis</c> names it.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: the machine has none that others could reach.</exception>
    public static IPAddress Find(string redis)
    {
        var host = redis.Split(',')[0];
        host = host.LastIndexOf(':') is > 0 and var at ? host[..at] : host;
        if (host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var named) && IPAddress.IsLoopback(named)))
        {
            return IPAddress.Loopback;
        }

        try
        {
            return Dns.GetHostAddresses(Dns.GetHostName()).Where(static address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
                .OrderBy(static address => address.AddressFamily != AddressFamily.InterNetwork).FirstOrDefault() ?? throw Unknown(null);
        }
        catch (SocketException failure)
        {
            throw Unknown(failure);
        }
    }

    private static RestoreException Unknown(Exception? inner) =>
        new(ErrorCodes.ConfigInvalid, "this machine's name leads to no address that other silos could reach", "--advertise", "Name the address with --advertise.", inner);
}
