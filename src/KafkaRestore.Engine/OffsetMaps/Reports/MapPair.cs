using System.Globalization;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>A partition by name.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
public readonly record struct PartitionName(string Topic, int Partition)
{
    /// <summary>Whether a topic may have this name here: the slash is what names of partitions are taken apart by, and Kafka has none in names.</summary>
    public static bool IsTopic(ReadOnlySpan<char> name) => !name.Contains('/');

    /// <summary>Reads <c>topic/partition</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PartitionName name)
    {
        name = default;
        var slash = text.LastIndexOf('/');
        if (slash <= 0 || !IsTopic(text[..slash]) || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            return false;
        }

        name = new PartitionName(text[..slash].ToString(), partition);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}");
}

/// <summary>What one map leads from and to.</summary>
/// <param name="Source">The source partition; null when a report does not say it (version 1 names targets only).</param>
/// <param name="Target">The target partition.</param>
public readonly record struct MapPair(PartitionName? Source, PartitionName Target)
{
    // No topic's name holds a space or a slash.
    private const string From = " from ";

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out MapPair pair)
    {
        pair = default;
        var from = text.IndexOf(From, StringComparison.Ordinal);
        PartitionName source = default;
        if (!PartitionName.TryParse(from < 0 ? text : text.AsSpan(0, from), out var target)
            || (from >= 0 && !PartitionName.TryParse(text.AsSpan(from + From.Length), out source)))
        {
            return false;
        }

        pair = new MapPair(from < 0 ? null : source, target);
        return true;
    }

    /// <summary><c>topic/partition</c> of the target, and <c> from topic/partition</c> where the source is known.</summary>
    public override string ToString() => Source is { } source ? $"{Target}{From}{source}" : Target.ToString();
}
