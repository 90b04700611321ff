using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Plans;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>
/// What a job has done to consumer groups, on the disk before it is done: a run that goes on sets no group a second time that has been reset, and leaves alone one that has
/// gone on by itself since.
/// </summary>
public sealed class GroupJournal
{
    private const string Part = "groups";
    private const string FileName = "groups.journal";
    private const string Kind = "groups";
    private const int Version = 1;

    private readonly DurableFile _file;
    private readonly SortedDictionary<string, JournaledGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>Reads what is there.</summary>
    /// <param name="files">What holds the folder.</param>
    /// <param name="folder">The job's folder for this part, which exists.</param>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public GroupJournal(IStateFiles files, string folder)
    {
        var path = Path.Combine(folder, FileName);
        _file = new DurableFile(files, path, Path.Combine(folder, "groups.previous.journal"));
        foreach (var group in _file.Read(content => Parse(content, path)) ?? [])
        {
            _groups[group.Group] = group;
        }
    }

    /// <summary>The journal of a restore that this process holds; <c>--again</c> begins with another one.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static GroupJournal Of(StoredJob job) => new(job.Files, job.FolderOf(Part));

    /// <summary>What is known of a group; null when the job has not begun with it.</summary>
    internal JournaledGroup? this[string group] => _groups.GetValueOrDefault(group);

    /// <summary>Notes groups that are about to be reset; returns when it is on the disk.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_UNWRITABLE.</exception>
    internal void Begin(IEnumerable<GroupPlan> plans)
    {
        foreach (var plan in plans)
        {
            // Where a run before this one began, what was committed then is what was there before.
            var before = _groups.GetValueOrDefault(plan.Group)?.Offsets.ToDictionary(static offset => offset.Target, static offset => offset.Before) ?? [];
            _groups[plan.Group] = new JournaledGroup(plan.Group, IsReset: false, [.. plan.Offsets.Select(offset => new JournaledOffset(
                offset.Target.Topic, offset.Target.Partition, offset.Offset, before.TryGetValue(offset.Target, out var first) ? first : offset.CurrentOffset ?? PlannedOffset.NoCommit))]);
        }

        Write();
    }

    /// <summary>Notes that groups are reset; returns when it is on the disk.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_UNWRITABLE.</exception>
    internal void End(IEnumerable<string> groups)
    {
        foreach (var group in groups)
        {
            _groups[group] = _groups[group] with { IsReset = true };
        }

        Write();
    }

    private void Write()
    {
        // Twice: a damaged file must never fall back to what counted before.
        var bytes = TextEnvelope.Wrap(Kind, Version, JsonSerializer.SerializeToUtf8Bytes([.. _groups.Values], GroupJournalJson.Readable.JournaledGroupArray));
        _file.Write(bytes);
        _file.Write(bytes);
    }

    private static JournaledGroup[] Parse(byte[] content, string path)
    {
        var (version, bodyAt) = TextEnvelope.Open(Kind, content);
        if (version > Version)
        {
            throw StateFailure.Newer(path, version, Version);
        }

        try
        {
            return JsonSerializer.Deserialize(content.AsSpan(bodyAt), GroupJournalJson.Readable.JournaledGroupArray) ?? throw new StateDamage("it holds nothing");
        }
        catch (JsonException problem)
        {
            throw new StateDamage($"it is no journal: {problem.Message}");
        }
    }
}

/// <summary>A group that the job has begun with.</summary>
/// <param name="Group">Its id.</param>
/// <param name="IsReset">Whether its offsets were committed, read back and found right.</param>
/// <param name="Offsets">What was to be committed.</param>
internal sealed record JournaledGroup(string Group, bool IsReset, IReadOnlyList<JournaledOffset> Offsets)
{
    /// <summary>The first partition in which the group stands neither where it stood before nor where the plan leads; null when there is none.</summary>
    public JournaledOffset? FindMoved(GroupPlan plan)
    {
        var now = plan.Offsets.ToDictionary(static offset => offset.Target, static offset => offset.CurrentOffset);
        return Offsets.FirstOrDefault(offset => now.TryGetValue(offset.Target, out var current) && current != offset.Before && current != offset.Offset);
    }
}

/// <summary>An offset that the job commits.</summary>
/// <param name="Topic">The target topic.</param>
/// <param name="Partition">The target partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Before">What the group had committed before the job touched it; -1 for nothing.</param>
internal sealed record JournaledOffset(string Topic, int Partition, long Offset, long Before)
{
    /// <summary>The target partition.</summary>
    [JsonIgnore]
    public TargetPartition Target => new(Topic, Partition);
}

/// <summary>How the journal is written.</summary>
[JsonSerializable(typeof(JournaledGroup[]))]
internal sealed partial class GroupJournalJson : JsonSerializerContext
{
    public static GroupJournalJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
