using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

public sealed partial class S3Storage
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StorageKey.CheckFolder(folder);
        var request = new ListObjectsV2Request
        {
            BucketName = _bucket,
            Prefix = _keys.PrefixOf(folder),
            Delimiter = recursive ? null : "/",
        };
        do
        {
            var page = await ListPageAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (var entry in Entries(page))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entry;
            }

            var next = page.IsTruncated == true ? page.NextContinuationToken : null;
            if (page.IsTruncated == true && (string.IsNullOrEmpty(next) || next == request.ContinuationToken))
            {
                throw new RestoreException(
                    ErrorCodes.StorageInvalid, "The storage says that a listing goes on but not where", Where(request.Prefix), "Use a storage that lists as S3 does.");
            }

            request.ContinuationToken = next;
        }
        while (request.ContinuationToken is not null);
    }

    private async Task<ListObjectsV2Response> ListPageAsync(ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        var where = Where(request.Prefix);
        try
        {
            var page = await SendAsync(where, token => _client.ListObjectsV2Async(request, token), cancellationToken).ConfigureAwait(false);
            _bucketSeen = true;
            return page;
        }
        catch (RestoreException error) when (error.Code == ErrorCodes.SegmentMissing)
        {
            throw S3Errors.NoListing(where, error);
        }
    }

    private List<StorageEntry> Entries(ListObjectsV2Response page)
    {
        var entries = new List<StorageEntry>();
        foreach (var stored in page.S3Objects ?? [])
        {
            if (_keys.KeyOf(stored.Key) is { } key)
            {
                entries.Add(new StorageEntry(key, IsFolder: false, stored.Size ?? 0, Time(stored.LastModified)) { StorageClass = Class(stored.StorageClass) });
            }
        }

        foreach (var prefix in page.CommonPrefixes ?? [])
        {
            if (_keys.KeyOf(prefix.TrimEnd('/')) is { } key)
            {
                entries.Add(new StorageEntry(key, IsFolder: true, 0, null));
            }
        }

        entries.Sort(StorageEntryOrder.Compare);
        return entries;
    }
}
