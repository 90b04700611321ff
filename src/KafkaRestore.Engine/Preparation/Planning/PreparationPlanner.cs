using System.Globalization;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Plans what is done to the target's topics: asks and tries, and changes nothing.</summary>
/// <param name="plan">What goes where.</param>
/// <param name="options">What was asked for.</param>
/// <param name="time">The clock.</param>
public sealed class PreparationPlanner(RestorePlan plan, PreparationOptions options, TimeProvider time)
{
    /// <summary>Plans, and gives what preflight found together with what this finds.</summary>
    /// <param name="preflight">What preflight found; the target was reached.</param>
    /// <param name="journal">What the job's journal holds.</param>
    /// <param name="open">Opens the door to the target's settings.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<PreflightResult> ExtendAsync(
        PreflightResult preflight, JournalContent journal, Func<CancellationToken, Task<TopicSettingsDoor>> open, CancellationToken cancellationToken)
    {
        try
        {
            var door = await open(cancellationToken).ConfigureAwait(false);
            if (door.Settings is not { } settings)
            {
                return Merge(preflight, WithoutDoor(preflight, door.WhyNot ?? "unknown"));
            }

            await using (settings.ConfigureAwait(false))
            {
                return Merge(preflight, await PlanAsync(preflight, journal, settings, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (RestoreException failure)
        {
            return preflight with { Findings = [Finding.From(failure), .. preflight.Findings] };
        }
    }

    internal async Task<TargetPreparation> PlanAsync(PreflightResult preflight, JournalContent journal, ITopicSettings settings, CancellationToken cancellationToken)
    {
        var findings = new PlanningFindings(options);
        var harm = new HarmCheck(plan, preflight.Times ?? KnownTimes.Of(plan), time);
        var entries = Usable(journal, preflight.ExistingTopics);
        var missing = await new CreatedTopicPlanner(options, preflight.Cluster?.Brokers ?? 0, settings, findings).PlanAsync(preflight.TopicsToCreate, cancellationToken).ConfigureAwait(false);
        var existing = await new ExistingTopicPlanner(options, settings, entries, harm, findings)
            .PlanAsync([.. plan.Topics.Where(topic => preflight.ExistingTopics.ContainsKey(topic.Name))], cancellationToken).ConfigureAwait(false);
        var topics = missing.Select(each => Join(each.Topic, entries.GetValueOrDefault(each.Topic.Topic))).Concat(existing.Select(static each => each.Topic)).ToList();
        return Make(topics, missing.Concat(existing).SelectMany(static each => each.Decisions), [.. findings.ToList(), .. StrayOverrides(), .. Expiring(topics, harm)]);
    }

    /// <summary>Topics can be created with settings, and nothing else.</summary>
    private TargetPreparation WithoutDoor(PreflightResult preflight, string why)
    {
        var asks = options.ExistingTopics != ExistingTopicPolicy.ValidateOnly;
        var finding = FindingKinds.TopicSettings.ErrorUnless(
            !asks,
            $"topic settings can neither be compared nor set aside ({why}); topics are created with the settings that they are to have, and existing ones are left as they are",
            hint: asks ? "Use restore.existing_topic_config_policy: validate_only." : null);
        var created = preflight.TopicsToCreate.Select(topic => (Topic: topic, Wanted: WantedSettings.Of(topic, options, null))).ToList();
        return Make(
            [
                .. created.Select(each => new TopicPreparation
                {
                    Topic = each.Topic.Name,
                    IsCreated = true,
                    Creation = new TopicToCreate(
                        each.Topic.Name,
                        each.Topic.PartitionsToCreate,
                        options.DefaultReplicationFactor ?? ProfileLimits.ReplicationFactor(options.Profile) ?? -1,
                        each.Wanted.ToDictionary(static setting => setting.Name, static setting => setting.Value)),
                }),
                .. preflight.ExistingTopics.Keys.Select(static topic => new TopicPreparation { Topic = topic }),
            ],
            created.SelectMany(static each => each.Wanted, static (each, setting) => new SettingDecision
            {
                Topic = each.Topic.Name,
                Name = setting.Name,
                Source = setting.Asked,
                Target = null,
                Action = setting.IsClamped ? SettingAction.Clamp : SettingAction.Apply,
                Final = setting.Value,
                Reason = setting.Remark,
            }),
            [finding, .. StrayOverrides()]);
    }

    private TargetPreparation Make(IEnumerable<TopicPreparation> topics, IEnumerable<SettingDecision> decisions, IReadOnlyList<Finding> findings) => new()
    {
        Topics = [.. topics.OrderBy(static topic => topic.Topic, StringComparer.Ordinal)],
        Decisions = [.. decisions.OrderBy(static decision => decision.Topic, StringComparer.Ordinal).ThenBy(static decision => decision.Name, StringComparer.Ordinal)],
        Findings = findings,
    };

    /// <summary>Journaled topics that are still the same; of a topic that was deleted since, nothing can be put back.</summary>
    private static Dictionary<string, JournaledTopic> Usable(JournalContent journal, IReadOnlyDictionary<string, TopicDescription> existing) => journal.Topics
        .Where(entry => existing.TryGetValue(entry.Topic, out var found) ? !entry.IsAnother(found.TopicId) : entry.TopicId is null)
        .ToDictionary(static entry => entry.Topic, StringComparer.Ordinal);

    /// <summary>A run that was killed before it created the topic has decided already.</summary>
    private static TopicPreparation Join(TopicPreparation topic, JournaledTopic? entry) => entry is null ? topic : topic with
    {
        Held = [.. entry.Settings, .. topic.Held.Where(held => entry.Settings.All(set => set.Name != held.Name))],
    };

    private IEnumerable<Finding> StrayOverrides() => options.Overrides.Keys
        .Where(topic => plan.Topics.All(planned => planned.Name != topic)).Order(StringComparer.Ordinal)
        .Select(static topic => FindingKinds.TopicSettings.Warning("restore.topic_config_overrides names a target topic that is not restored", topic));

    private IEnumerable<Finding> Expiring(IEnumerable<TopicPreparation> topics, HarmCheck harm)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var topic in topics)
        {
            var isSetAside = IsSetAside(topic, HarmfulSettings.RetentionMs);
            if ((isSetAside || topic.Creation is not null) && topic.FinalRetentionMs is >= 0 and var retention && harm.OldestOf(topic.Topic) is { } oldest && now - oldest > retention)
            {
                var date = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(oldest, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                var days = TimeSpan.FromMilliseconds(Math.Min(retention, TimeSpan.MaxValue.TotalMilliseconds / 2)).TotalDays.ToString("0.##", CultureInfo.InvariantCulture);
                var (when, later) = isSetAside
                    ? ($"they are kept while the restore runs, and expire when the topic's retention of {days} days is put back {(options.PutBack == SettingsPutBack.AtEnd ? "at its end" : "on request")}", ", or decide later with restore.put_back_settings: on_request")
                    : ($"the topic keeps records for {days} days, so they may be deleted within a minute of being restored", "");
                yield return FindingKinds.Retention.Warning($"the archive holds records from {date}; {when}", topic.Topic, $"Give the topic a longer retention.ms with restore.topic_config_overrides{later}.");
            }
        }
    }

    private static PreflightResult Merge(PreflightResult preflight, TargetPreparation preparation)
    {
        var topics = preparation.Topics.ToDictionary(static topic => topic.Topic, StringComparer.Ordinal);
        var open = preflight.Findings.Where(finding => finding.Where is null || !topics.TryGetValue(finding.Where, out var topic) || !Settles(topic, finding));
        return preflight with
        {
            Preparation = preparation,
            Findings = [.. open.Concat(preparation.Findings.Where(finding => !IsKnown(preflight, finding))).OrderByDescending(static finding => finding.Severity)],
        };
    }

    /// <summary>Whether preflight has said the same of the topic's setting.</summary>
    private static bool IsKnown(PreflightResult preflight, Finding finding) =>
        preflight.Findings.Any(known => known.Where == finding.Where
            && ((finding.Setting is { } setting && known.Setting == setting) || (finding.Code == ErrorCodes.TargetDenied && known.Kind == FindingKinds.RightToCreate)));

    /// <summary>Whether a finding of preflight is not true any more.</summary>
    private static bool Settles(TopicPreparation topic, Finding finding) =>
        finding.Setting is { } setting && (IsSetAside(topic, setting) || (setting == HarmfulSettings.RetentionMs && topic is { Creation: not null, FinalRetentionMs: not null }));

    private static bool IsSetAside(TopicPreparation topic, string setting) => topic.Held.Any(held => held.Name == setting);
}
