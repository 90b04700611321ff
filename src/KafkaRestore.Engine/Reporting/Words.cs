using System.Globalization;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;

namespace KafkaRestore.Engine.Reporting;

/// <summary>The words that reports use for states.</summary>
public static class Words
{
    /// <summary>A lane's state.</summary>
    public static string Of(LaneState state) => state switch
    {
        LaneState.Waiting => "waiting",
        LaneState.Running => "running",
        LaneState.Done => "done",
        LaneState.Failed => "failed",
        _ => "stopped",
    };

    /// <summary>What an archive can say of its completeness.</summary>
    public static string Of(CompletenessState state) => state switch
    {
        CompletenessState.Proven => "proven",
        CompletenessState.NotProvable => "not_provable",
        _ => "incomplete",
    };

    /// <summary>What decides into which partition a record goes.</summary>
    public static string Of(PartitioningStrategy strategy) => strategy == PartitioningStrategy.Murmur2 ? "murmur2" : "automatic";

    /// <summary>How serious a finding is.</summary>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "info",
    };

    /// <summary>A number of things that were left out because they cannot be read or written.</summary>
    public static string OfSkips(int count) => count == 1 ? "1 segment or single record" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} segments or single records");

    /// <summary>Why offsets are missing.</summary>
    public static string Of(HoleCause cause) => cause switch
    {
        HoleCause.KnownGap => "known_gap",
        HoleCause.Pruned => "pruned",
        HoleCause.Unknown => "unknown",
        _ => "unexplained",
    };
}
