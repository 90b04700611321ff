using System.Text.Json.Serialization;

namespace KafkaRestore.Engine.Preparation.Journal;

/// <summary>What a topic's settings are to be when the restore is done: written down before any of them is touched.</summary>
public sealed record JournaledTopic
{
    /// <summary>Its name.</summary>
    public required string Topic { get; init; }

    /// <summary>Whether the job creates it.</summary>
    public required bool IsCreated { get; init; }

    /// <summary>Its id; null before it is created, and where the cluster does not tell.</summary>
    public Guid? TopicId { get; init; }

    /// <summary>Whether settings are set aside, or may be: they must be put back.</summary>
    public required bool IsPending { get; init; }

    /// <summary>The settings.</summary>
    public required IReadOnlyList<HeldSetting> Settings { get; init; }

    /// <summary>How long records are kept in the end, in milliseconds; -1 is for ever, null is unknown.</summary>
    public long? FinalRetentionMs { get; init; }

    /// <summary>Whether the topic of this name is, by its id, another one than this.</summary>
    /// <param name="now">The id of the topic that has the name; null is unknown.</param>
    public bool IsAnother(Guid? now) => TopicId is { } was && now is { } id && was != id;
}

/// <summary>What a journal holds.</summary>
/// <param name="Run">The run of the job (see <c>--again</c>) that wrote it.</param>
/// <param name="Topics">The topics by name.</param>
public sealed record JournalContent(int Run, IReadOnlyList<JournaledTopic> Topics)
{
    /// <summary>Stands for the run of a job that has not begun.</summary>
    public const int NoRun = 0;

    /// <summary>Nothing was ever set aside.</summary>
    public static JournalContent Empty { get; } = new(NoRun, []);

    /// <summary>Topics whose settings are not put back yet.</summary>
    [JsonIgnore]
    public IEnumerable<JournaledTopic> Pending => Topics.Where(static topic => topic.IsPending);

    /// <summary>What counts for a run: topics whose settings are still set aside, and those of the same run, put back or not.</summary>
    /// <param name="run">The run.</param>
    public JournalContent For(int run) => new(run, [.. Topics.Where(topic => topic.IsPending || run == Run)]);
}
