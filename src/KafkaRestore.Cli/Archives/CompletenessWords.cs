using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Archives;

/// <summary>What an archive can say of its completeness, for a person.</summary>
internal static class CompletenessWords
{
    /// <summary>The state for a person: <c>not provable</c>.</summary>
    public static string Text(string word) => word.Replace('_', ' ');

    /// <summary>A hole for a person.</summary>
    public static string Describe(ArchiveHole hole) => Describe(hole.Start, hole.End, Words.Of(hole.Cause), hole.Reason);

    /// <summary>A hole for a person.</summary>
    public static string Describe(long start, long end, string cause, string reason) => $"hole {start}-{end}, {Text(cause)}: {reason}";
}
