using System.Globalization;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Scripts;

/// <summary>
/// Writes a script in bash that sets committed offsets with Kafka's own <c>kafka-consumer-groups.sh</c>. It runs on its own: whatever the names are, they are quoted; a failure does not end it; what was set is
/// counted by what the tool prints for each partition, as its exit code is 0 after most failures; the exit code is 1 when anything was not set.
/// </summary>
/// <remarks>Not guaranteed: that a group without members stays without. The tool keeps no metadata.</remarks>
public static class ResetScript
{
    /// <summary>Writes the script.</summary>
    /// <param name="text">Where it goes; lines end with a line feed.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="offsets">The offsets, each partition of a group once. Groups and partitions are put in order.</param>
    /// <exception cref="RestoreException">CONFIG_NOT_SUPPORTED: a name that the tool cannot take; nothing is written then.</exception>
    public static void Write(TextWriter text, ScriptHeader header, IEnumerable<ScriptOffset> offsets)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(header);
        var groups = offsets.GroupBy(static offset => offset.Group, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal).ToList();
        foreach (var offset in groups.SelectMany(static group => group))
        {
            Check(offset);
        }

        WriteHead(text, header, groups);
        text.Write(ScriptParts.Functions);
        var number = 0;
        foreach (var group in groups)
        {
            WriteGroup(text, group, ++number);
        }

        text.Write(ScriptParts.Summary);
        text.Flush();
    }

    private static void WriteHead(TextWriter text, ScriptHeader header, List<IGrouping<string, ScriptOffset>> groups)
    {
        text.Write("#!/usr/bin/env bash\n");
        text.Write(string.Create(
            CultureInfo.InvariantCulture, $"# Sets {groups.Sum(static group => group.Count())} committed offsets of {groups.Count} consumer groups with Kafka's own tool.\n"));
        text.Write($"# From: {Comment(header.From)}\n# Written: {header.WrittenAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\n");
        foreach (var remark in header.Remarks)
        {
            text.Write($"# {Comment(remark)}\n");
        }

        text.Write(ScriptParts.Usage);
        text.Write($"groups={groups.Count}\n");
        text.Write($"servers={Quote(header.BootstrapServers ?? "")}\n");
        if (groups.Any(static group => !System.Text.Ascii.IsValid(group.Key)))
        {
            text.Write("export LC_ALL=C.UTF-8 # else Java would take other letters for those of the groups' names\n");
        }
    }

    private static void WriteGroup(TextWriter text, IGrouping<string, ScriptOffset> group, int number)
    {
        ScriptOffset[] offsets = [.. group.OrderBy(static offset => offset.Topic, StringComparer.Ordinal).ThenBy(static offset => offset.Partition)];
        text.Write('\n');
        foreach (var offset in offsets)
        {
            if (offset.Comment is { Length: > 0 } comment)
            {
                text.Write($"# {offset.Topic}/{offset.Partition.ToString(CultureInfo.InvariantCulture)}: {Comment(comment)}\n");
            }
        }

        text.Write($"set_group {number.ToString(CultureInfo.InvariantCulture)} {Quote(group.Key)} <<'OFFSETS'\n");
        foreach (var offset in offsets)
        {
            text.Write(string.Create(CultureInfo.InvariantCulture, $"{offset.Topic},{offset.Partition},{offset.Offset}\n"));
        }

        text.Write("OFFSETS\n");
    }

    private static void Check(ScriptOffset offset)
    {
        if (offset.Group.Length == 0 || offset.Group.Any(static c => char.IsControl(c) || c is '\u2028' or '\u2029') || !IsUnicode(offset.Group))
        {
            throw Refused($"the name of the group '{Comment(offset.Group)}' is empty or holds control characters, which Kafka's tool cannot take");
        }

        if (offset.Topic.Length == 0 || offset.Topic.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
        {
            throw Refused($"'{Comment(offset.Topic)}' is no name of a topic");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset.Partition);
        ArgumentOutOfRangeException.ThrowIfNegative(offset.Offset);
    }

    private static RestoreException Refused(string what) => new(ErrorCodes.ConfigNotSupported, what, hint: "Leave it out, or set its offsets directly, without a script.");

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++))
            {
                return false;
            }
        }

        return true;
    }

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>Text that stays in its line.</summary>
    private static string Comment(string text) => string.Concat(text.Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
}
