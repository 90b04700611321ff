using System.Text;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage;

/// <summary>
/// Storage addresses as people write them on a command line: a directory, <c>file:///dir</c>,
/// <c>s3://bucket/prefix?region=&amp;endpoint=&amp;path_style=&amp;allow_http=</c> (also <c>s3a://</c>), <c>memory://</c>.
/// Anything else that looks like a URL is refused, so that a typing mistake never becomes a local directory.
/// </summary>
public static class StorageUrl
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses an address.</summary>
    /// <exception cref="RestoreException">STORAGE_INVALID; the message never repeats a credential.</exception>
    public static StorageOptions Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (string.IsNullOrWhiteSpace(address))
        {
            throw Invalid("The storage address is empty");
        }

        if (address.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid("The storage address holds a NUL character");
        }

        var scheme = SchemeOf(address);
        if (scheme is null)
        {
            return new FileSystemStorageOptions { Path = address };
        }

        var rest = address[(scheme.Length + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            throw Invalid($"'{scheme}:' must be followed by '//'", hint: "For a directory of that name write ./ before it.");
        }

        return scheme.ToLowerInvariant() switch
        {
            "file" => ParseFile(rest[2..]),
            "s3" or "s3a" => ParseS3(rest[2..]),
            "memory" => rest.Length == 2 ? new InMemoryStorageOptions() : throw Invalid("memory:// takes nothing more"),
            "azure" or "az" or "abfs" or "abfss" or "gcs" or "gs" => throw Invalid(
                $"{scheme}:// is not supported", hint: "Copy the archive to a directory or to an S3-compatible storage."),
            _ => throw Invalid($"The scheme '{Shorten(scheme)}://' is not known"),
        };
    }

    /// <summary>The scheme of what looks like a URL; null for a path. One letter is a Windows drive.</summary>
    private static string? SchemeOf(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(address[0]))
        {
            return null;
        }

        foreach (var c in address.AsSpan(0, colon))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.' or '_'))
            {
                return null;
            }
        }

        return address[..colon];
    }

    private static FileSystemStorageOptions ParseFile(string rest)
    {
        if (rest.AsSpan().IndexOfAny('?', '#') >= 0)
        {
            throw Invalid("A file:// address has neither query nor fragment", hint: "Write ? as %3F and # as %23.");
        }

        if (!rest.StartsWith('/'))
        {
            throw Invalid("A file:// address names no host", hint: "Write file:///directory, with three slashes.");
        }

        var path = Decode(rest);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid("The storage address holds a NUL character");
        }

        if (path.AsSpan().Trim('/').IsEmpty)
        {
            throw Invalid("A file:// address must name a directory below the root");
        }

        return new FileSystemStorageOptions { Path = path };
    }

    private static S3StorageOptions ParseS3(string rest)
    {
        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw Invalid("An s3:// address has no fragment", hint: "Write # as %23.");
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var place = question < 0 ? rest : rest[..question];
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? place : place[..slash];
        if (bucket.Contains('@', StringComparison.Ordinal))
        {
            throw Credentials();
        }

        if (bucket.Contains(':', StringComparison.Ordinal))
        {
            throw Invalid("An s3:// address starts with the bucket, not with a host and port", hint: "Write s3://bucket/prefix?endpoint=https://host:port.");
        }

        var options = ReadQuery(
            new S3StorageOptions { Bucket = bucket, Prefix = slash < 0 ? null : NullIfEmpty(Decode(place[(slash + 1)..]).Trim('/')) },
            question < 0 ? "" : rest[(question + 1)..]);
        S3OptionsCheck.Check(options);
        return options;
    }

    private static S3StorageOptions ReadQuery(S3StorageOptions options, string query)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (!seen.Add(name))
            {
                throw Invalid($"The option '{Shorten(name)}' stands twice in the storage address");
            }

            options = name switch
            {
                "region" => options with { Region = NullIfEmpty(value) },
                "endpoint" => options with { Endpoint = NullIfEmpty(value) },
                "path_style" => options with { PathStyle = Boolean(name, value) },
                "allow_http" => options with { AllowHttp = Boolean(name, value) },
                _ when IsCredential(name) => throw Credentials(),
                _ => throw Invalid($"The option '{Shorten(name)}' of the storage address is not known", hint: "Known: region, endpoint, path_style, allow_http."),
            };
        }

        return options;
    }

    private static bool IsCredential(string name) =>
        name.Contains("key", StringComparison.OrdinalIgnoreCase)
        || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("token", StringComparison.OrdinalIgnoreCase)
        || name.Contains("password", StringComparison.OrdinalIgnoreCase);

    private static bool Boolean(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Invalid($"The option '{name}' of the storage address is true or false"),
    };

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;

    private static string Decode(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw Invalid("A '%' in a storage address is followed by two hexadecimal digits", hint: "Write % as %25.");
            }
        }

        try
        {
            return s_strict.GetString(DecodeBytes(text));
        }
        catch (ArgumentException error)
        {
            throw new RestoreException(ErrorCodes.StorageInvalid, "The storage address is not UTF-8 once decoded", inner: error);
        }
    }

    private static byte[] DecodeBytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        var literal = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] != '%')
            {
                continue;
            }

            bytes.AddRange(s_strict.GetBytes(text[literal..i]));
            if (i < text.Length)
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
                literal = i + 1;
            }
        }

        return [.. bytes];
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static RestoreException Credentials() => Invalid(
        "A storage address must not hold credentials", hint: "Use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the configuration file.");

    private static RestoreException Invalid(string what, string? hint = null) => new(ErrorCodes.StorageInvalid, what, hint: hint);
}
