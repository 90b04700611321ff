using System.Globalization;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Settings that destroy, change or refuse old records while they are written, and what stands in their place meanwhile.</summary>
internal static class HarmfulSettings
{
    public const string RetentionMs = "retention.ms";
    public const string RetentionBytes = "retention.bytes";
    public const string CleanupPolicy = "cleanup.policy";
    public const string SegmentMs = "segment.ms";
    public const string TimestampType = "message.timestamp.type";
    public const string TimestampBefore = "message.timestamp.before.max.ms";
    public const string TimestampAfter = "message.timestamp.after.max.ms";

    /// <summary>Before Kafka 3.6; gone in 4.0.</summary>
    public const string TimestampDifference = "message.timestamp.difference.max.ms";

    public const string LogAppendTime = "LogAppendTime";

    private const string Unlimited = "-1";
    private static readonly string s_longest = long.MaxValue.ToString(CultureInfo.InvariantCulture);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [CleanupPolicy, TimestampAfter, TimestampBefore, TimestampDifference, TimestampType, RetentionBytes, RetentionMs, SegmentMs];

    /// <summary>What stands in the place of a value during the restore; null when the value does no harm.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="value">The value that counts; null is unknown, and then harm is assumed.</param>
    public static string? InPlaceOf(string name, string? value) => name switch
    {
        RetentionMs or RetentionBytes => Number(value) is < 0 ? null : Unlimited,
        CleanupPolicy => value is null || IsCompacted(value) ? "delete" : null,
        TimestampType => value is null || string.Equals(value, LogAppendTime, StringComparison.OrdinalIgnoreCase) ? "CreateTime" : null,

        // Records of many years would make a segment file for each of these times; compaction and deletion look at closed segments only.
        SegmentMs or TimestampBefore or TimestampAfter or TimestampDifference => Number(value) == long.MaxValue ? null : s_longest,
        _ => null,
    };

    /// <summary>Whether a cleanup policy removes older records of the same key.</summary>
    public static bool IsCompacted(string? policy) => Has(policy, "compact");

    /// <summary>Whether a cleanup policy deletes by age and size.</summary>
    public static bool IsDeleted(string? policy) => policy is null || Has(policy, "delete");

    /// <summary>A whole number; null when it is none.</summary>
    public static long? Number(string? value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool Has(string? policy, string word) =>
        policy?.Split(',', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase) == true;
}
