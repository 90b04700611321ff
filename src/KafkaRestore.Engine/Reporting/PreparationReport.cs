using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Preparation.Journal;

namespace KafkaRestore.Engine.Reporting;

/// <summary>What was done, or would be done, to the target's topics and their settings.</summary>
public sealed record PreparationReport
{
    /// <summary>What was decided for each setting: source, target, decision.</summary>
    public required IReadOnlyList<SettingDecision> Settings { get; init; }

    /// <summary>Topics of which settings were set aside while records were restored.</summary>
    public IReadOnlyList<HeldTopicReport> HeldBack { get; init; } = [];

    /// <summary>When restored records expire under the final settings; topics that keep records for ever are left out.</summary>
    public IReadOnlyList<ExpiryReport> Expiry { get; init; } = [];

    /// <summary>Commands that put the settings back by hand.</summary>
    public IReadOnlyList<string> UndoCommands { get; init; } = [];

    /// <summary>What a run is going to do.</summary>
    public static PreparationReport Of(TargetPreparation preparation) => new() { Settings = preparation.Decisions };

    /// <summary>What a run has done.</summary>
    /// <param name="preparation">What was planned.</param>
    /// <param name="journaled">What was set aside and is so, or was until now.</param>
    /// <param name="outcome">What was put back; null when nothing was tried.</param>
    /// <param name="topics">What was restored.</param>
    /// <param name="bootstrapServers">The target's brokers, for the commands.</param>
    public static PreparationReport Of(
        TargetPreparation preparation, IReadOnlyList<JournaledTopic> journaled, PutBackOutcome? outcome, IReadOnlyList<TopicReport> topics, IReadOnlyList<string> bootstrapServers) => new()
    {
        Settings = preparation.Decisions,
        HeldBack = [.. journaled.Select(topic => new HeldTopicReport(topic.Topic, StateOf(topic.Topic, outcome), topic.Settings))],
        Expiry = [.. preparation.Topics.Select(topic => ExpiryOf(topic, topics)).OfType<ExpiryReport>()],
        UndoCommands = Preparation.UndoCommands.Of(journaled, bootstrapServers),
    };

    private static string StateOf(string topic, PutBackOutcome? outcome) =>
        outcome?.PutBack.Any(done => done.Topic == topic) == true ? "put_back" : outcome?.Gone.Any(gone => gone.Topic == topic) == true ? "gone" : "pending";

    private static ExpiryReport? ExpiryOf(TopicPreparation topic, IReadOnlyList<TopicReport> restored) =>
        topic.FinalRetentionMs is >= 0 and var retention
        && restored.Where(report => report.TargetTopic == topic.Topic).SelectMany(static report => report.Partitions).Min(static partition => partition.FirstTimestamp) is { } oldest
            ? new ExpiryReport(topic.Topic, oldest, retention, oldest > long.MaxValue - retention ? long.MaxValue : oldest + retention)
            : null;
}

/// <summary>A topic of which settings were set aside.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="State"><c>put_back</c>, <c>pending</c>, or <c>gone</c> when the topic was deleted.</param>
/// <param name="Settings">The settings; a final value of null is the brokers' default.</param>
public sealed record HeldTopicReport(string Topic, string State, IReadOnlyList<HeldSetting> Settings);

/// <summary>When restored records expire: from then on, segment by segment.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="OldestTimestamp">First timestamp restored, epoch milliseconds.</param>
/// <param name="RetentionMs">How long the topic keeps records, in milliseconds.</param>
/// <param name="ExpiresFrom">When the oldest expire, epoch milliseconds; in the past: at once.</param>
public sealed record ExpiryReport(string Topic, long OldestTimestamp, long RetentionMs, long ExpiresFrom);

/// <summary>A setting that was left out, as kafka-backup reports it.</summary>
/// <param name="Topic">The target topic.</param>
/// <param name="Name">The setting.</param>
/// <param name="Value">What was asked for.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">The target's words.</param>
public sealed record SkippedSettingReport(string Topic, string Name, string? Value, SkipReason Reason, string? Message);

/// <summary>A setting that limits have changed, as kafka-backup reports it.</summary>
/// <param name="Topic">The target topic.</param>
/// <param name="Name">The setting.</param>
/// <param name="Value">What was asked for.</param>
/// <param name="Applied">What the topic gets.</param>
/// <param name="Limit">Which limit.</param>
public sealed record AdjustedSettingReport(string Topic, string Name, string? Value, string? Applied, string? Limit);
