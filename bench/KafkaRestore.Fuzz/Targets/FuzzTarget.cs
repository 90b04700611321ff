using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Fuzz.Targets;

/// <summary>A reader that is fed with damage.</summary>
internal abstract class FuzzTarget(string name)
{
    /// <summary>Limits far below the usual ones, so that one case cannot take long.</summary>
    protected static readonly ArchiveLimits Limits = new()
    {
        ManifestStringBytes = 4 << 10,
        ManifestSegments = 2_000,
        ManifestTopics = 500,
        SegmentBytes = 4 << 20,
        UnpackedBytes = 8 << 20,
        RecordBytes = 1 << 20,
        LegacyJsonBytes = 1 << 20,
    };

    private MemoryBudget _budget = new(1);

    /// <summary>Its word on the command line.</summary>
    public string Name => name;

    /// <summary>Makes a case out of <paramref name="random"/> and reads it. Null, or what is wrong although nothing was thrown.</summary>
    public abstract Task<string?> RunAsync(Random random, CancellationToken cancellationToken);

    /// <summary>Null, or what memory the last case did not give back.</summary>
    public string? Leak() => _budget.UsedBytes == 0 ? null : $"{_budget.UsedBytes} bytes of the budget were not given back";

    /// <summary>Reads a segment through all of its records.</summary>
    protected async Task<string?> ReadSegmentAsync(Random random, byte[] bytes, SegmentEntry entry, CancellationToken cancellationToken)
    {
        var storage = new InMemoryStorage();
        var reference = new SegmentReference("fuzz", "t", 0, entry);
        await storage.WriteAsync(reference.Key, bytes, default, cancellationToken).ConfigureAwait(false);
        _budget = new MemoryBudget(random.Next(4) == 0 ? 1 : 16 << 20);
        var reader = new SegmentReader(storage, _budget, new SegmentReadOptions
        {
            BlockBytes = random.Next(4) switch { 0 => 64, 1 => 1000, 2 => 16 << 10, _ => 512 << 10 },
            Blocks = random.Next(2, 5),
            WholeInMemoryBytes = random.Next(3) == 0 ? 100 : 32 << 20,
            TrustSegments = random.Next(3) == 0,
            Limits = Limits,
        });
        var reservation = await _budget.ReserveAsync(reader.MemoryFor(reference), cancellationToken).ConfigureAwait(false);
        long records = 0, last = -1;
        await using (var segment = await reader.OpenAsync(reference, reservation, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var block in segment.Blocks.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    foreach (var record in block)
                    {
                        if (record.Offset <= last)
                        {
                            return $"offset {record.Offset} was handed out after {last}";
                        }

                        last = record.Offset;
                        records += 1 + (record.Key.Length + record.Value.Length >= 0 ? 0 : 1);
                        foreach (var header in record.Headers)
                        {
                            records += header.Key.Length + header.Value.Length >= 0 ? 0 : 1;
                        }
                    }
                }
            }
        }

        return Leak();
    }
}
