using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// The names of the fields that are read. A manifest repeats a dozen of them a million times in one order: each is found by comparing with the one that followed the last
/// time, without a new string.
/// </summary>
internal sealed class ManifestNames
{
    private static readonly string[] Names =
    [
        "backup_id", "created_at", "source_cluster_id", "source_brokers", "compression", "topics", "missing_topics", "isolation_level",
        "name", "original_partition_count", "source_replication_factor", "configurations", "partitions",
        "partition_id", "segments", "gaps", "pruned", "covered_through", "snapshot_end_offset", "high_watermark_at_capture",
        "key", "start_offset", "end_offset", "start_timestamp", "end_timestamp", "record_count", "uncompressed_size", "compressed_size",
        "sha256", "uploaded_at", "covered_start_offset", "covered_end_offset", "reason",
    ];

    private static readonly byte[][] Bytes = [.. Names.Select(Encoding.UTF8.GetBytes)];
    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.Ordinal);

    // By name: the name that came after it.
    private readonly int[] _after = new int[Names.Length];
    private int _last;

    /// <summary>Whether anyone asks for a field of this name.</summary>
    public static bool IsKnown(string name) => Known.Contains(name);

    /// <summary>The name that the reader stands at; null when nobody asks for it, or it is written with escapes.</summary>
    public string? Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            return null;
        }

        var guess = _after[_last];
        if (!reader.ValueTextEquals(Bytes[guess]))
        {
            guess = 0;
            while (guess < Names.Length && !reader.ValueTextEquals(Bytes[guess]))
            {
                guess++;
            }

            if (guess == Names.Length)
            {
                return null;
            }

            _after[_last] = guess;
        }

        _last = guess;
        return Names[guess];
    }
}
