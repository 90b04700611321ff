using System.Net;
using System.Net.Http.Headers;
using Amazon.S3.Model;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

public sealed partial class S3Storage
{
    private const int MaxParts = 16;

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        StorageKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        if (destination.IsEmpty)
        {
            return 0;
        }

        var name = _keys.ObjectOf(key);
        var read = 0;
        string? version = null;
        for (var part = 1; ; part++)
        {
            var answer = await ReadPartAsync(name, offset + read, destination[read..], version, cancellationToken).ConfigureAwait(false);
            read += answer.Bytes;
            if (answer.IsComplete)
            {
                return read;
            }

            if (answer.Bytes == 0 || part == MaxParts)
            {
                throw S3Errors.Unavailable($"The answer broke off after {read} of {destination.Length} bytes at offset {offset}", Where(name), answer.Failure);
            }

            version = answer.Version;
        }
    }

    /// <summary>One ranged GET, straight into the caller's memory.</summary>
    /// <param name="name">The object.</param>
    /// <param name="offset">The first byte wanted.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="version">The ETag that the object must still have; null when this is the first part.</param>
    /// <param name="cancellationToken">The caller's.</param>
    private async Task<PartRead> ReadPartAsync(
        string name, long offset, Memory<byte> destination, string? version, CancellationToken cancellationToken)
    {
        using var idle = new IdleTimer(_idleTimeout, cancellationToken);
        var read = 0;
        string? found = null;
        try
        {
            var request = new GetObjectRequest
            {
                BucketName = _bucket,
                Key = name,
                ByteRange = new ByteRange(offset, offset + destination.Length - 1),
                EtagToMatch = version,
            };
            using var answer = await _client.GetObjectAsync(request, idle.Token).ConfigureAwait(false);
            found = string.IsNullOrEmpty(answer.ETag) ? null : answer.ETag;
            var wanted = (int)Math.Min(destination.Length, SizeOf(answer, offset, name) - offset);
            while (read < wanted)
            {
                var count = await answer.ResponseStream.ReadAsync(destination[read..wanted], idle.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return new PartRead(read, IsComplete: false, found, null);
                }

                read += count;
                idle.Restart();
            }

            return new PartRead(read, IsComplete: true, found, null);
        }
        catch (Amazon.Runtime.AmazonServiceException error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return new PartRead(0, IsComplete: true, null, null);
        }
        catch (Amazon.Runtime.AmazonServiceException error) when (version is not null && error.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw S3Errors.Unavailable("The object was replaced while it was read", Where(name), error);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && S3Errors.Translate(error, Where(name)) is { } known)
        {
            return read > 0 && known.Code == ErrorCodes.StorageUnavailable ? new PartRead(read, IsComplete: false, found, known) : throw known;
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is not OperationCanceledException)
        {
            throw new OperationCanceledException("Cancelled while the storage was answering", error, cancellationToken);
        }
    }

    /// <summary>The whole object's size, and proof that the answer starts where it was asked to.</summary>
    private long SizeOf(GetObjectResponse answer, long offset, string name)
    {
        if (string.IsNullOrEmpty(answer.ContentRange))
        {
            // The whole object: only right when it was asked for from its start.
            return offset == 0 ? answer.ContentLength : throw NoRanges(name);
        }

        if (!ContentRangeHeaderValue.TryParse(answer.ContentRange, out var range) || range.From != offset || range.To is not { } last)
        {
            throw NoRanges(name);
        }

        return range.Length ?? last + 1;
    }

    private RestoreException NoRanges(string name) => new(
        ErrorCodes.StorageInvalid, "The storage does not answer the range that was asked for", Where(name), "Use a storage that supports ranged reads.");

    /// <summary>What one GET gave.</summary>
    /// <param name="Bytes">Bytes written to the destination.</param>
    /// <param name="IsComplete">Whether the destination is full or the object's end is reached.</param>
    /// <param name="Version">The object's ETag, if there is one.</param>
    /// <param name="Failure">Why it broke off, if that is known.</param>
    private readonly record struct PartRead(int Bytes, bool IsComplete, string? Version, RestoreException? Failure);
}
