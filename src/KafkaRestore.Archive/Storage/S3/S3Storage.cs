using Amazon.S3;
using Amazon.S3.Model;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>Archives in a bucket of an S3-compatible service.</summary>
/// <remarks>
/// It retries nothing by itself, except that a read which breaks off in the middle goes on where it stopped.
/// Not guaranteed: <see cref="WriteMode.CreateNew"/> on a server that ignores <c>If-None-Match</c>; that objects whose names were
/// not written by the rules of <see cref="S3Keys"/> are seen.
/// </remarks>
public sealed partial class S3Storage : IArchiveStorage
{
    private const int ReadBytes = 8 << 20;
    private const int ParallelReads = 4;
    private readonly IAmazonS3 _client;
    private readonly S3Keys _keys;
    private readonly string _bucket;
    private readonly TimeSpan _idleTimeout;
    private volatile bool _bucketSeen;

    private S3Storage(S3StorageOptions options, string? endpoint)
    {
        _client = S3ClientFactory.Create(options, endpoint);
        _keys = new S3Keys(options.Prefix);
        _bucket = options.Bucket;
        _idleTimeout = options.IdleTimeout;
        var location = $"s3://{_bucket}/{_keys.PrefixOf("")}".TrimEnd('/');
        Properties = new StorageProperties("s3", endpoint is null ? location : $"{location} at {endpoint.TrimEnd('/')}", ReadBytes, ParallelReads, RereadsAreCheap: false);
    }

    /// <inheritdoc/>
    public StorageProperties Properties { get; }

    /// <summary>Opens a bucket; the first request is sent when something is read, listed or written.</summary>
    /// <exception cref="RestoreException">STORAGE_INVALID: the options contradict themselves.</exception>
    public static S3Storage Open(S3StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        S3OptionsCheck.Check(options);
        var endpoint = S3ClientFactory.FindEndpoint(options);
        S3OptionsCheck.CheckEndpoint(endpoint, options.AllowHttp);
        return new S3Storage(options, endpoint);
    }

    /// <inheritdoc/>
    public async ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Check(key);
        var name = _keys.ObjectOf(key);
        GetObjectMetadataResponse answer;
        try
        {
            answer = await SendAsync(
                Where(name),
                token => _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _bucket, Key = name }, token),
                cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException error) when (error.Code == ErrorCodes.SegmentMissing)
        {
            await RefuseMissingBucketAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        _bucketSeen = true;
        if (IsArchived(answer))
        {
            throw S3Errors.Archived(Where(name), answer.StorageClass?.Value);
        }

        return new StorageEntry(key, IsFolder: false, answer.ContentLength, Time(answer.LastModified)) { StorageClass = Class(answer.StorageClass) };
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
    {
        StorageKey.Check(key);
        var name = _keys.ObjectOf(key);
        using var body = S3Body.Over(content);
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = name,
            InputStream = body,
            AutoCloseStream = false,

            // Signed as a whole: streaming signatures are where compatible servers differ most.
            UseChunkEncoding = false,
            IfNoneMatch = mode == WriteMode.CreateNew ? "*" : null,
        };
        var limit = _idleTimeout + TimeSpan.FromSeconds(content.Length >> 20);
        await SendAsync(Where(name), token => _client.PutObjectAsync(request, token), cancellationToken, limit).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Check(key);
        var name = _keys.ObjectOf(key);
        try
        {
            await SendAsync(
                Where(name), token => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _bucket, Key = name }, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException error) when (error.Code == ErrorCodes.SegmentMissing)
        {
            // S3 itself says nothing of it; some compatible servers do.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>HEAD has no body, so its 404 does not say whether the object or the whole bucket is missing.</summary>
    private async ValueTask RefuseMissingBucketAsync(CancellationToken cancellationToken)
    {
        if (_bucketSeen)
        {
            return;
        }

        try
        {
            await ListPageAsync(new ListObjectsV2Request { BucketName = _bucket, Prefix = _keys.PrefixOf(""), MaxKeys = 1 }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RestoreException error) when (S3Errors.IsForbidden(error))
        {
            // Whoever may read but not list cannot learn more.
        }

        _bucketSeen = true;
    }

    private async Task<T> SendAsync<T>(
        string where, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var idle = new IdleTimer(limit ?? _idleTimeout, cancellationToken);
        try
        {
            return await request(idle.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && S3Errors.Translate(error, where) is { } known)
        {
            throw known;
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is not OperationCanceledException)
        {
            throw new OperationCanceledException("Cancelled while the storage was working", error, cancellationToken);
        }
    }

    private string Where(string name) => $"s3://{_bucket}/{name}";

    private static bool IsArchived(GetObjectMetadataResponse answer)
    {
        var cold = answer.StorageClass == S3StorageClass.Glacier || answer.StorageClass == S3StorageClass.DeepArchive
            || !string.IsNullOrEmpty(answer.ArchiveStatus?.Value);
        return cold && (answer.RestoreInProgress == true || answer.RestoreExpiration is null);
    }

    private static string? Class(S3StorageClass? storageClass) =>
        storageClass is null || storageClass == S3StorageClass.Standard || string.IsNullOrEmpty(storageClass.Value) ? null : storageClass.Value;

    private static DateTimeOffset? Time(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : null;
}
