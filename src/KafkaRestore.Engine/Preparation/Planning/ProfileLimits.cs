using System.Globalization;
using KafkaRestore.Engine.Options;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>What a hosting service takes: the nearest value within its limits.</summary>
internal static class ProfileLimits
{
    private const long Hour = 3_600_000;
    private const long MiB = 1 << 20;

    /// <summary>Replicas of every topic; null where the service leaves the choice.</summary>
    public static short? ReplicationFactor(TargetProfile profile) => profile == TargetProfile.ConfluentCloud ? 3 : null;

    /// <summary>The nearest value that the service takes; the value itself when it does, or is no number.</summary>
    public static string Clamp(TargetProfile profile, HostedClusterType? cluster, string name, string value) =>
        profile == TargetProfile.ConfluentCloud && Limits(name, cluster) is var (least, most) && HarmfulSettings.Number(value) is { } number
            ? Math.Clamp(number, least, most).ToString(CultureInfo.InvariantCulture)
            : value;

    // A cluster of unknown kind is taken for the one with the tightest limits.
    private static (long Least, long Most)? Limits(string name, HostedClusterType? cluster) => name switch
    {
        "min.insync.replicas" => (1, 2),
        "segment.bytes" => (50 * MiB, 1024 * MiB),
        "segment.ms" => (4 * Hour, long.MaxValue),
        "max.message.bytes" => (0, (cluster == HostedClusterType.Dedicated ? 20 : 8) * MiB),
        "max.compaction.lag.ms" => ((cluster == HostedClusterType.Dedicated ? 6 : 7 * 24) * Hour, long.MaxValue),
        "delete.retention.ms" => (0, 60_566_400_000),
        _ => null,
    };
}
