using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Values;

/// <summary>What makes a text a broker address, a topic's name and so on: each gives what is wrong, or null.</summary>
internal static class Checks
{
    private const int MaxTopicLength = 249;

    public static string? BootstrapServer(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return "a broker address has no protocol in front; target.security.security_protocol says it";
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            return "a broker address lacks its port, as in kafka-1:9092";
        }

        var host = text[..colon];
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            return "the port of a broker address is a number from 1 to 65535";
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? null : "the brackets of a broker address hold no IPv6 address";
        }

        if (host.Contains(':', StringComparison.Ordinal))
        {
            return "an IPv6 address needs brackets, as in [::1]:9092";
        }

        return host.Length is > 0 and <= 253 && host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
            ? null
            : "a broker address is host:port, where the host has only letters, digits, dots, hyphens and underscores";
    }

    public static string? NamePattern(string text)
    {
        try
        {
            Engine.Selection.NamePattern.Parse(text);
            return null;
        }
        catch (RestoreException invalid)
        {
            return invalid.InnerException is System.Text.RegularExpressions.RegexParseException at
                ? $"the pattern is not a valid regular expression: {at.Error} at character {at.Offset + 1} after the ~"
                : "the pattern is too long, empty, or needs a form of regular expression that is not matched here";
        }
    }

    /// <summary>A name that Kafka accepts for a topic.</summary>
    public static string? TopicName(string text) =>
        text.Length <= MaxTopicLength && text is not ("." or "..") && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
            ? null
            : $"a topic's name has at most {MaxTopicLength} letters, digits, dots, underscores and hyphens";

    /// <summary>A name that can be that of a topic's setting.</summary>
    public static string? SettingName(string text) =>
        text.Length <= MaxTopicLength && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
            ? null
            : "a setting's name has letters, digits, dots, underscores and hyphens";

    /// <summary>A path on this machine's disk, not an address of a storage.</summary>
    public static string? LocalFilePath(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? "the path is that of a file on this machine; copy the file to a storage afterwards" : FilePath(text);

    /// <summary>A path that can be that of a file.</summary>
    public static string? FilePath(string text) =>
        string.IsNullOrWhiteSpace(text) || Path.GetFileName(text).Length == 0 ? "the path is not that of a file" : null;

    /// <summary>A name that a job can have.</summary>
    public static string? JobName(string text)
    {
        try
        {
            JobId.Check(text);
            return null;
        }
        catch (RestoreException invalid)
        {
            return invalid.Message;
        }
    }

    /// <summary>An address of a machine, not its name.</summary>
    public static string? IpAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(static letter => letter == '.') == 3)
            ? null
            : "an address to listen on is an IP address such as 127.0.0.1, 0.0.0.0 or ::1";

    /// <summary>The path of a page on a server.</summary>
    public static string? UrlPath(string text) =>
        text.Length is > 1 and <= 200 && text[0] == '/' && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_' or '.' or '~')
            ? null
            : "the path of a page begins with / and has letters, digits, and / - _ . ~";

    /// <summary>An absolute URL of the web.</summary>
    public static string? HttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Host.Length > 0
            ? null
            : "an endpoint is a URL that starts with http:// or https:// and holds no user name";
}
