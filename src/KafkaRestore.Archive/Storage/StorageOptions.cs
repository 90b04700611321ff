using KafkaRestore.Records;

namespace KafkaRestore.Archive.Storage;

/// <summary>Which storage to open; one sealed record per kind.</summary>
public abstract record StorageOptions;

/// <summary>A directory of this machine.</summary>
public sealed record FileSystemStorageOptions : StorageOptions
{
    /// <summary>The directory that holds the archives.</summary>
    public required string Path { get; init; }
}

/// <summary>A bucket of an S3-compatible service.</summary>
public sealed record S3StorageOptions : StorageOptions
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region; null: <c>AWS_REGION</c>, else <c>AWS_DEFAULT_REGION</c>, else <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// The service's URL, for others than AWS: <c>http://</c> or <c>https://</c>, without credentials or query. Null:
    /// <c>AWS_ENDPOINT_URL_S3</c>, else <c>AWS_ENDPOINT_URL</c>, else AWS.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>What stands before every key; slashes at its ends do not matter. Null or empty is none.</summary>
    public string? Prefix { get; init; }

    /// <summary>Bucket in the path instead of the host name; implied by <see cref="Endpoint"/>.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Whether an endpoint without TLS is allowed; null: allowed when <see cref="Endpoint"/> says <c>http://</c>.</summary>
    public bool? AllowHttp { get; init; }

    /// <summary>The access key; when it and the secret key are empty: the default credential chain. One without the other is refused.</summary>
    public Secret AccessKey { get; init; }

    /// <summary>The secret key; see <see cref="AccessKey"/>.</summary>
    public Secret SecretKey { get; init; }

    /// <summary>A session token that belongs to the keys; empty: none.</summary>
    public Secret SessionToken { get; init; }

    /// <summary>
    /// How long a request may go without any progress before it is broken off (STORAGE_UNAVAILABLE); above zero. A write
    /// gets one second more for each MiB.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A storage in this process's memory, for tests and embedding.</summary>
public sealed record InMemoryStorageOptions : StorageOptions;
