using System.Text.Json;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// Reads manifest.json as a stream: memory is that of the result, not of the text.
/// </summary>
public static class ManifestReader
{
    private const int FirstBuffer = 64 << 10;

    /// <summary>Reads the manifest of <paramref name="backupId"/>.</summary>
    /// <exception cref="RestoreException">
    /// ARCHIVE_NOT_FOUND, MANIFEST_INVALID (with the place), ARCHIVE_UNSAFE_KEY, ARCHIVE_LIMIT, or the storage's own failures.
    /// </exception>
    public static async Task<Manifest> ReadAsync(IArchiveStorage storage, string backupId, CancellationToken cancellationToken, ArchiveLimits? limits = null)
    {
        SegmentKey.CheckBackupId(backupId);
        var key = SegmentKey.Manifest(backupId);
        try
        {
            var stream = ObjectReader.OpenSequential(storage, key, cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                return await ReadAsync(stream, backupId, key, limits ?? ArchiveLimits.Default, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RestoreException missing) when (missing.Code == ErrorCodes.SegmentMissing)
        {
            throw new RestoreException(ErrorCodes.ArchiveNotFound, $"there is no archive '{backupId}'", $"{storage.Properties.Location}: {key}", inner: missing);
        }
    }

    internal static async Task<Manifest> ReadAsync(Stream stream, string backupId, string where, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        var assembler = new ManifestAssembler(backupId, where, limits);
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 });
        var buffer = new byte[FirstBuffer];
        var held = 0;
        var first = true;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(held), cancellationToken).ConfigureAwait(false);
            held += read;
            if (first && held < 3 && read > 0)
            {
                continue;
            }

            var start = first && buffer.AsSpan(0, held).StartsWith("\uFEFF"u8) ? 3 : 0;
            first = false;
            int consumed;
            try
            {
                consumed = start + Feed(buffer.AsSpan(start, held - start), isFinal: read == 0, ref state, assembler);
            }
            catch (JsonException damage)
            {
                throw new RestoreException(ErrorCodes.ManifestInvalid,
                    $"the manifest is no whole JSON document: line {damage.LineNumber + 1}, byte {damage.BytePositionInLine + 1}, at {assembler.Path}", where, inner: damage);
            }
            catch (FormatException damage)
            {
                throw new RestoreException(ErrorCodes.ManifestInvalid, $"{assembler.Path}: {damage.Message}", where, inner: damage);
            }

            if (read == 0)
            {
                break;
            }

            buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
            held -= consumed;
            if (held == buffer.Length)
            {
                if (buffer.Length >= limits.ManifestStringBytes * 2L)
                {
                    throw new RestoreException(ErrorCodes.ArchiveLimit, $"the manifest holds a value of more than {limits.ManifestStringBytes} bytes at {assembler.Path}", where);
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        try
        {
            return assembler.Finish();
        }
        catch (FormatException damage)
        {
            throw new RestoreException(ErrorCodes.ManifestInvalid, damage.Message, where, inner: damage);
        }
    }

    private static int Feed(ReadOnlySpan<byte> bytes, bool isFinal, ref JsonReaderState state, ManifestAssembler assembler)
    {
        var reader = new Utf8JsonReader(bytes, isFinal, state);
        while (reader.Read())
        {
            assembler.Take(ref reader);
        }

        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }
}
