using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Engine.State.Identity;

/// <summary>
/// What a job means, as sorted keys and values that people can read: the archive, the target cluster, what is selected, where it goes, what happens to each
/// record. Nothing of how fast it runs, with how much memory, through which brokers, or where its files are. What has its default value has no key, so
/// that a later program with more choices still finds the job.
/// </summary>
/// <remarks>
/// The selected segments are not part of it: an archive may grow and lose segments that are done with, see <c>Segments/</c>. Nor is
/// <c>on_manifest_mismatch</c>: it decides whether a segment is accepted, not what is in it; nor <c>on_damaged_segment</c> and <c>on_unwritable_record</c>: what is left out is
/// decided once and noted, so that a run that stopped can go on with <c>skip</c>.
/// </remarks>
public sealed class JobIdentity : IEquatable<JobIdentity>
{
    private JobIdentity(ImmutableSortedDictionary<string, string> values)
    {
        Values = values;
        Hash = HashOf(values);
    }

    /// <summary>The keys and values, sorted by key.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>SHA-256 over them, 64 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>What a restore means.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="plan">The plan made of it.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="clusterId">The target cluster's id; null when it does not tell.</param>
    public static JobIdentity Of(RestoreOptions options, RestorePlan plan, StorageProperties storage, string? clusterId)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        values["archive.backup_id"] = plan.BackupId;
        values["archive.created_at"] = Time(plan.ArchiveCreatedAt);
        values["archive.storage"] = $"{storage.Kind} {storage.Location}";
        values["target.cluster_id"] = clusterId ?? "unknown";
        AddSelection(values, options.Selection, plan.Rules);
        foreach (var (from, to) in options.Mapping.Topics.Where(pair => pair.Key != pair.Value))
        {
            values[$"mapping.topic.{from}"] = to;
        }

        foreach (var (from, to) in options.Mapping.Partitions.Where(pair => pair.Key != pair.Value))
        {
            values[$"mapping.partition.{from.ToString(CultureInfo.InvariantCulture)}"] = to.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (topic, how) in options.Mapping.Repartitioning)
        {
            values[$"mapping.repartitioning.{topic}"] = string.Create(CultureInfo.InvariantCulture, $"{Words.Of(how.Strategy)} {how.TargetPartitions}");
        }

        if (plan.Rules.Headers.Strip)
        {
            values["headers.strip"] = "true";
        }

        if (plan.Rules.Headers.Add)
        {
            values["headers.add"] = plan.Rules.Headers.Encoding == HeaderEncoding.Binary ? "binary" : "decimal";
        }

        return new JobIdentity(values.ToImmutable());
    }

    /// <summary>What stands in a job's summary.</summary>
    public static JobIdentity FromValues(IEnumerable<KeyValuePair<string, string>> values) =>
        new(values.ToImmutableSortedDictionary(StringComparer.Ordinal));

    /// <summary>What another identity has different, by key; empty when both mean the same.</summary>
    public IReadOnlyList<IdentityDifference> DifferencesTo(JobIdentity other) =>
        [.. Values.Keys.Union(other.Values.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => new IdentityDifference(key, Values.GetValueOrDefault(key), other.Values.GetValueOrDefault(key)))
            .Where(difference => difference.Was != difference.Is)];

    /// <inheritdoc/>
    public bool Equals(JobIdentity? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JobIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    private static void AddSelection(ImmutableSortedDictionary<string, string>.Builder values, SelectionOptions selection, StreamRules rules)
    {
        // Without a pattern all topics are meant, as with "*"; what else is named beside that adds internal topics only.
        foreach (var pattern in selection.Include.Where(pattern => pattern != "*"))
        {
            values[$"selection.include.{pattern}"] = "true";
        }

        if (selection.Include.Contains("*") && selection.Include.Any(pattern => pattern != "*"))
        {
            values["selection.include.*"] = "true";
        }

        foreach (var pattern in selection.Exclude)
        {
            values[$"selection.exclude.{pattern}"] = "true";
        }

        if (selection.SourcePartitions is { } partitions)
        {
            values["selection.source_partitions"] = NumberRanges.Describe(partitions);
        }

        if (rules.WindowStart is { } start)
        {
            values["selection.time_window_start"] = Time(start);
        }

        if (rules.WindowEnd is { } end)
        {
            values["selection.time_window_end"] = Time(end);
        }

        if (rules.WindowSlack is { } slack)
        {
            values["selection.time_window_slack"] = string.Create(CultureInfo.InvariantCulture, $"{(long)slack.TotalMilliseconds} ms");
        }

        if (rules.Generation != GenerationChoice.Refuse)
        {
            values["selection.generation"] = rules.Generation == GenerationChoice.Oldest ? "oldest" : "newest";
        }

        if (rules.DropControlRecords)
        {
            values["selection.drop_control_records"] = "true";
        }
    }

    private static string Time(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : milliseconds.ToString(CultureInfo.InvariantCulture);

    private static string HashOf(ImmutableSortedDictionary<string, string> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in values)
        {
            // A length before each part: no two identities give the same bytes.
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key.Length} {key} {value.Length} {value}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
