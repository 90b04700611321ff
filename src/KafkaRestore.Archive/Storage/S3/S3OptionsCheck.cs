using System.Text.RegularExpressions;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>Finds what cannot work before anything is sent.</summary>
internal static partial class S3OptionsCheck
{
    /// <summary>Refuses options that contradict themselves.</summary>
    /// <exception cref="RestoreException">STORAGE_INVALID.</exception>
    public static void Check(S3StorageOptions options)
    {
        if (!BucketName().IsMatch(options.Bucket))
        {
            throw Invalid("A bucket's name has 3 to 255 letters, digits, dots, hyphens or underscores", "bucket", "Give the bucket alone; folders in it go into the prefix.");
        }

        if (options.Region is { } region && !RegionName().IsMatch(region))
        {
            throw Invalid("A region is letters, digits and hyphens, such as eu-central-1", "region");
        }

        if (options.Prefix?.Contains('\0', StringComparison.Ordinal) == true)
        {
            throw Invalid("The prefix holds a NUL character", "prefix");
        }

        CheckEndpoint(options.Endpoint, options.AllowHttp);
        CheckCredentials(options);
        if (options.IdleTimeout <= TimeSpan.Zero)
        {
            throw Invalid("The idle time-out must be above zero", "idle_timeout");
        }
    }

    /// <summary>Refuses an endpoint that is no URL, carries a secret, or lacks TLS where that is not allowed.</summary>
    public static void CheckEndpoint(string? endpoint, bool? allowHttp)
    {
        if (endpoint is null)
        {
            return;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            throw Invalid("An endpoint starts with http:// or https:// and names a host", "endpoint", "For example https://minio.example:9000.");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw Invalid("An endpoint must not hold credentials", "endpoint", "Use access_key and secret_key, or the AWS environment variables.");
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Invalid("An endpoint has neither query nor fragment", "endpoint");
        }

        if (uri.Scheme == "http" && allowHttp == false)
        {
            throw Invalid("The endpoint is http:// but allow_http is false", "endpoint", "Use https://, or set allow_http: true if the traffic may be read by others.");
        }
    }

    private static void CheckCredentials(S3StorageOptions options)
    {
        if (options.AccessKey.IsEmpty != options.SecretKey.IsEmpty)
        {
            throw Invalid(
                options.AccessKey.IsEmpty ? "There is a secret key but no access key" : "There is an access key but no secret key",
                options.AccessKey.IsEmpty ? "access_key" : "secret_key",
                "Set both, or neither for the default credential chain.");
        }

        if (!options.SessionToken.IsEmpty && options.AccessKey.IsEmpty)
        {
            throw Invalid("There is a session token but no keys that it belongs to", "session_token", "Set access_key and secret_key as well.");
        }
    }

    private static RestoreException Invalid(string what, string where, string? hint = null) => new(ErrorCodes.StorageInvalid, what, where, hint);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{2,254}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BucketName();

    [GeneratedRegex(@"^[A-Za-z0-9-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionName();
}
