using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Plans topics that the job creates: tries their creation, and decides for each setting.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="brokers">How many brokers the target has.</param>
/// <param name="settings">The door to the target's settings.</param>
/// <param name="findings">Hears what is found.</param>
internal sealed class CreatedTopicPlanner(PreparationOptions options, int brokers, ITopicSettings settings, PlanningFindings findings)
{
    /// <summary>Plans topics that do not exist.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<IReadOnlyList<(TopicPreparation Topic, IReadOnlyList<SettingDecision> Decisions)>> PlanAsync(IReadOnlyList<TopicPlan> topics, CancellationToken cancellationToken)
    {
        var bare = topics.ToDictionary(static topic => topic.Name, topic => new TopicToCreate(topic.Name, topic.PartitionsToCreate, ReplicasOf(topic), new Dictionary<string, string>()), StringComparer.Ordinal);
        var answers = await settings.TryCreateAsync([.. bare.Values], cancellationToken).ConfigureAwait(false);
        var drafts = new List<Draft>();
        foreach (var topic in topics)
        {
            var answer = answers.GetValueOrDefault(topic.Name);
            if (answer?.Failure is { } failure)
            {
                findings.Refuse(topic.Name, "the topic cannot be created", failure);
                continue;
            }

            if (answer?.Settings is null)
            {
                findings.CannotSee(topic.Name, mustSee: false);
            }

            drafts.Add(new Draft(topic, bare[topic.Name], answer?.Settings, WantedSettings.Of(topic, options, answer?.ReplicationFactor ?? (bare[topic.Name].ReplicationFactor is > 0 and var own ? own : null))));
        }

        var trials = new Trials(changes => TryCreateAsync(changes, bare, cancellationToken));
        var final = await trials.RunAsync(drafts.Select(static draft => draft.ToBeTried)).ConfigureAwait(false);
        foreach (var draft in drafts)
        {
            draft.Decide(final, findings);
        }

        await SetAsideAsync(drafts, trials, cancellationToken).ConfigureAwait(false);
        return [.. drafts.Select(static draft => draft.End())];
    }

    private short ReplicasOf(TopicPlan topic)
    {
        if ((options.DefaultReplicationFactor ?? ProfileLimits.ReplicationFactor(options.Profile)) is { } asked)
        {
            return asked;
        }

        var captured = options.RestoreTopicConfigs ? topic.Captured.Max(static source => source.ReplicationFactor) : null;
        if (captured is not > 0)
        {
            return -1;
        }

        if (captured > brokers && brokers > 0)
        {
            findings.Warn(topic.Name, $"the topic had {captured} replicas, and the target has {brokers} broker(s): it gets {brokers}");
            return (short)brokers;
        }

        return (short)captured.Value;
    }

    private async Task<IReadOnlyDictionary<string, SettingsFailure?>> TryCreateAsync(IReadOnlyCollection<TopicChanges> changes, Dictionary<string, TopicToCreate> bare, CancellationToken cancellationToken)
    {
        var answers = await settings.TryCreateAsync([.. changes.Select(change => bare[change.Topic] with { Configuration = change.Values.ToDictionary(static pair => pair.Key, static pair => pair.Value!) })], cancellationToken)
            .ConfigureAwait(false);
        return changes.ToDictionary(static change => change.Topic, change => answers.GetValueOrDefault(change.Topic)?.Failure, StringComparer.Ordinal);
    }

    private async Task SetAsideAsync(List<Draft> drafts, Trials trials, CancellationToken cancellationToken)
    {
        var harmed = drafts.Where(static draft => draft.Harm().Count > 0).ToList();

        // Of a topic that does not exist, who lacks the right hears so first.
        var rights = await settings.AlterAsync([.. harmed.Select(draft => new TopicChanges(draft.Name, draft.Harm().ToDictionary(static held => held.Name, static _ => (string?)null)))], tryOnly: true, cancellationToken)
            .ConfigureAwait(false);
        var allowed = new List<Draft>();
        foreach (var draft in harmed)
        {
            if (rights.GetValueOrDefault(draft.Name) is { Kind: SettingsFailureKind.Denied })
            {
                Refuse(draft, draft.Harm(), "this principal may not change topic settings (AlterConfigs)");
            }
            else
            {
                allowed.Add(draft);
            }
        }

        var trial = await trials.RunAsync(allowed.Select(static draft => new TopicChanges(draft.Name, draft.WhileRestoring()))).ConfigureAwait(false);
        foreach (var draft in allowed)
        {
            if (trial.Failures.GetValueOrDefault(draft.Name) is { } failure)
            {
                Refuse(draft, draft.Harm(), $"the target does not take what would stand in their place: {failure.What}");
                continue;
            }

            var rejected = draft.Harm().Where(held => trial.Rejected.ContainsKey((draft.Name, held.Name))).ToList();
            if (rejected.Count > 0)
            {
                Refuse(draft, rejected, $"the target does not take what would stand in its place: {trial.Rejected[(draft.Name, rejected[0].Name)]}");
            }

            draft.Held.AddRange(draft.Harm().Except(rejected));
        }
    }

    private void Refuse(Draft draft, IReadOnlyList<HeldSetting> harm, string why)
    {
        if (harm.Any(held => held.Name == HarmfulSettings.TimestampType && string.Equals(held.Effective, HarmfulSettings.LogAppendTime, StringComparison.OrdinalIgnoreCase)))
        {
            findings.RefuseTimestamps(draft.Name, why);
        }

        findings.Warn(
            draft.Name,
            $"{string.Join(", ", harm.Select(static held => $"{held.Name}={held.Effective ?? "?"}"))} cannot be set aside while records are restored, because {why}: old records may be deleted, compacted or refused");
    }

    /// <summary>One topic while it is planned.</summary>
    private sealed class Draft(TopicPlan topic, TopicToCreate bare, IReadOnlyDictionary<string, TopicSetting>? known, IReadOnlyList<WantedSetting> wanted)
    {
        private readonly SortedDictionary<string, string> _final = new(StringComparer.Ordinal);
        private readonly List<SettingDecision> _decisions = [];
        private List<HeldSetting>? _harm;

        public string Name => topic.Name;

        public List<HeldSetting> Held { get; } = [];

        /// <summary>What the target knows and lets a topic have.</summary>
        public TopicChanges ToBeTried => new(topic.Name, wanted.Where(setting => SkipOf(setting) is null).ToDictionary(static setting => setting.Name, static setting => (string?)setting.Value));

        public void Decide(TrialResult trial, PlanningFindings findings)
        {
            if (trial.Failures.GetValueOrDefault(topic.Name) is { } failure)
            {
                findings.Refuse(topic.Name, "the topic cannot be created with the settings that it is to have", failure);
            }

            foreach (var setting in wanted)
            {
                var skipped = SkipOf(setting);
                var reason = trial.Rejected.GetValueOrDefault((topic.Name, setting.Name));
                if (skipped is null && reason is not null)
                {
                    skipped = (SkipReason.Rejected, reason);
                }

                var decision = new SettingDecision
                {
                    Topic = topic.Name,
                    Name = setting.Name,
                    Source = setting.Asked,
                    Target = ValueOf(setting.Name),
                    Action = skipped is not null ? SettingAction.Skip : setting.IsClamped ? SettingAction.Clamp : SettingAction.Apply,
                    Final = skipped is null ? setting.Value : null,
                    IsClamped = skipped is null && setting.IsClamped,
                    Skipped = skipped?.Reason,
                    Reason = skipped?.Why ?? setting.Remark,
                };
                _decisions.Add(decision);
                if (skipped is null)
                {
                    _final[setting.Name] = setting.Value;
                }

                if (decision.Action is SettingAction.Skip or SettingAction.Clamp)
                {
                    findings.LeftOut(decision);
                }
            }
        }

        /// <summary>What of the final settings would do harm.</summary>
        public IReadOnlyList<HeldSetting> Harm() => _harm ??=
        [
            .. from name in HarmfulSettings.Names
               where known is null ? _final.ContainsKey(name) || name != HarmfulSettings.TimestampDifference : known.TryGetValue(name, out var setting) && !setting.IsReadOnly
               let effective = _final.GetValueOrDefault(name) ?? ValueOf(name)
               let instead = HarmfulSettings.InPlaceOf(name, effective)
               where instead is not null
               select new HeldSetting(name, instead, _final.GetValueOrDefault(name), effective),
        ];

        public Dictionary<string, string?> WhileRestoring()
        {
            var values = _final.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value);
            foreach (var held in Harm())
            {
                values[held.Name] = held.WhileRestoring;
            }

            return values;
        }

        public (TopicPreparation, IReadOnlyList<SettingDecision>) End()
        {
            foreach (var held in Held)
            {
                var at = _decisions.FindIndex(decision => decision.Name == held.Name && decision.Skipped is null);
                var decision = at >= 0 ? _decisions[at] with { Action = SettingAction.HoldBack, WhileRestoring = held.WhileRestoring } : new SettingDecision
                {
                    Topic = topic.Name,
                    Name = held.Name,
                    Source = null,
                    Target = held.Effective,
                    Action = SettingAction.HoldBack,
                    Final = held.Final,
                    WhileRestoring = held.WhileRestoring,
                };
                if (at >= 0)
                {
                    _decisions[at] = decision;
                }
                else
                {
                    _decisions.Add(decision);
                }
            }

            return (
                new TopicPreparation
                {
                    Topic = topic.Name,
                    Creation = bare with { Configuration = _final },
                    IsCreated = true,
                    Held = Held,
                    FinalRetentionMs = Retention.Of(name => _final.GetValueOrDefault(name) ?? ValueOf(name)),
                },
                _decisions);
        }

        private string? ValueOf(string name) => known?.GetValueOrDefault(name)?.Value;

        private (SkipReason Reason, string Why)? SkipOf(WantedSetting setting) =>
            known is null ? null
            : !known.TryGetValue(setting.Name, out var own) ? (SkipReason.NotReportedByTarget, "the target does not know it")
            : own.IsReadOnly ? (SkipReason.ReadOnly, "it cannot be changed at the target")
            : null;
    }
}
