using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Cli.Archives;

/// <summary>The words for what an archive can say of its completeness; the same as in reports.</summary>
internal static class CompletenessWords
{
    public static string Of(CompletenessState state) => state switch
    {
        CompletenessState.Proven => "proven",
        CompletenessState.NotProvable => "not_provable",
        _ => "incomplete",
    };

    public static string Of(HoleCause cause) => cause switch
    {
        HoleCause.KnownGap => "known_gap",
        HoleCause.Pruned => "pruned",
        HoleCause.Unknown => "unknown",
        _ => "unexplained",
    };

    /// <summary>The state for a person: <c>not provable</c>.</summary>
    public static string Text(string word) => word.Replace('_', ' ');

    /// <summary>A hole for a person.</summary>
    public static string Describe(ArchiveHole hole) => Describe(hole.Start, hole.End, Of(hole.Cause), hole.Reason);

    /// <summary>A hole for a person.</summary>
    public static string Describe(long start, long end, string cause, string reason) => $"hole {start}-{end}, {Text(cause)}: {reason}";
}
