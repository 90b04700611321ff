using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Kafka.Settings;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Plans topics that exist: compares, and decides for each setting by the policy. What the job's journal holds is decided already.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="settings">The door to the target's settings.</param>
/// <param name="journal">What is set aside already, or was by this run of the job.</param>
/// <param name="harm">Says what would do harm and is not set aside.</param>
/// <param name="findings">Hears what is found.</param>
internal sealed class ExistingTopicPlanner(
    PreparationOptions options, ITopicSettings settings, IReadOnlyDictionary<string, JournaledTopic> journal, HarmCheck harm, PlanningFindings findings)
{
    /// <summary>Plans existing topics.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<IReadOnlyList<(TopicPreparation Topic, IReadOnlyList<SettingDecision> Decisions)>> PlanAsync(IReadOnlyList<TopicPlan> topics, CancellationToken cancellationToken)
    {
        var answers = await settings.DescribeAsync([.. topics.Select(static topic => topic.Name)], cancellationToken).ConfigureAwait(false);
        var drafts = new List<Draft>();
        var ended = new List<(TopicPreparation, IReadOnlyList<SettingDecision>)>();
        foreach (var topic in topics)
        {
            var entry = journal.GetValueOrDefault(topic.Name);
            if (answers.GetValueOrDefault(topic.Name)?.Settings is { } known)
            {
                drafts.Add(new Draft(topic.Name, known, entry, entry is { IsCreated: true } ? [] : WantedSettings.Of(topic, options, null), options.ExistingTopics));
            }
            else
            {
                findings.CannotSee(topic.Name, mustSee: options.ExistingTopics != ExistingTopicPolicy.ValidateOnly && entry is null);
                ended.Add((Draft.Journaled(topic.Name, entry), []));
            }
        }

        if (options.ExistingTopics == ExistingTopicPolicy.Apply)
        {
            await TryAsync(drafts, cancellationToken).ConfigureAwait(false);
        }

        foreach (var draft in drafts)
        {
            draft.Report(findings);
            if (draft is { IsLeftAlone: true })
            {
                harm.Check(draft.Name, draft.ValueOf, findings);
            }

            ended.Add(draft.End());
        }

        return ended;
    }

    private async Task TryAsync(List<Draft> drafts, CancellationToken cancellationToken)
    {
        var trials = new Trials(changes => settings.AlterAsync(changes, tryOnly: true, cancellationToken));
        var final = await trials.RunAsync(drafts.Select(static draft => new TopicChanges(draft.Name, draft.Changes()))).ConfigureAwait(false);
        foreach (var draft in drafts)
        {
            draft.Reject(final);
        }

        var meanwhile = await trials.RunAsync(drafts.Where(draft => !final.Failures.ContainsKey(draft.Name)).Select(static draft => new TopicChanges(draft.Name, draft.WhileRestoring()))).ConfigureAwait(false);
        foreach (var draft in drafts)
        {
            if ((final.Failures.GetValueOrDefault(draft.Name) ?? meanwhile.Failures.GetValueOrDefault(draft.Name)) is { } failure)
            {
                findings.Refuse(draft.Name, "the topic's settings cannot be changed, as restore.existing_topic_config_policy: apply asks", failure);
                draft.Refuse();
            }
            else
            {
                draft.RejectMeanwhile(meanwhile, findings);
            }
        }
    }

    /// <summary>One topic while it is planned.</summary>
    private sealed class Draft(string name, IReadOnlyDictionary<string, TopicSetting> known, JournaledTopic? entry, IReadOnlyList<WantedSetting> wanted, ExistingTopicPolicy policy)
    {
        private readonly Dictionary<string, string> _rejected = [];
        private readonly HashSet<string> _notHeld = [];
        private bool _isRefused;

        private bool IsChanged => policy == ExistingTopicPolicy.Apply && !_isRefused;

        public string Name => name;

        /// <summary>Whether nothing of it is set aside, whatever harm it does.</summary>
        public bool IsLeftAlone => policy != ExistingTopicPolicy.Apply && entry is null;

        public string? ValueOf(string setting) => known.GetValueOrDefault(setting)?.Value;

        /// <summary>A topic of which nothing is known but what the journal holds.</summary>
        public static TopicPreparation Journaled(string name, JournaledTopic? entry) => new()
        {
            Topic = name,
            IsCreated = entry is { IsCreated: true },
            Held = entry?.Settings ?? [],
            FinalRetentionMs = entry?.FinalRetentionMs,
        };

        /// <summary>What the topic is to have and has not.</summary>
        public Dictionary<string, string?> Changes() =>
            !IsChanged ? [] : Open.Where(setting => SkipOf(setting) is null && Differs(setting)).ToDictionary(static setting => setting.Name, static setting => (string?)setting.Value);

        /// <summary>What is set aside anew; what the journal holds is set aside as it says.</summary>
        public IReadOnlyList<HeldSetting> NewlyHeld()
        {
            if (!IsChanged)
            {
                return [];
            }

            var changes = Changes();
            return
            [
                .. from harmful in HarmfulSettings.Names
                   where !IsJournaled(harmful) && !_notHeld.Contains(harmful) && known.TryGetValue(harmful, out var own) && !own.IsReadOnly
                   let effective = changes.GetValueOrDefault(harmful) ?? ValueOf(harmful)
                   let instead = HarmfulSettings.InPlaceOf(harmful, effective)
                   where instead is not null
                   select new HeldSetting(harmful, instead, changes.GetValueOrDefault(harmful) ?? (known[harmful].IsOwn ? known[harmful].Value : null), effective),
            ];
        }

        public Dictionary<string, string?> WhileRestoring()
        {
            var values = Changes();
            foreach (var held in NewlyHeld())
            {
                values[held.Name] = held.WhileRestoring;
            }

            return values;
        }

        /// <summary>Nothing of it can be changed.</summary>
        public void Refuse() => _isRefused = true;

        public void Reject(TrialResult trial)
        {
            foreach (var ((topic, setting), why) in trial.Rejected.Where(pair => pair.Key.Topic == name))
            {
                _rejected[setting] = why;
            }
        }

        public void RejectMeanwhile(TrialResult trial, PlanningFindings findings)
        {
            foreach (var held in NewlyHeld().Where(held => trial.Rejected.ContainsKey((name, held.Name))).ToList())
            {
                var why = $"the target does not take what would stand in its place: {trial.Rejected[(name, held.Name)]}";
                _notHeld.Add(held.Name);
                findings.Warn(name, $"{held.Name}={held.Effective} cannot be set aside while records are restored, because {why}");
            }
        }

        public void Report(PlanningFindings findings)
        {
            var drift = new List<string>();
            foreach (var setting in Open)
            {
                if (SkipOf(setting) is not null || (setting.IsClamped && Differs(setting)))
                {
                    findings.LeftOut(Decide(setting));
                }
                else if (Differs(setting) && policy != ExistingTopicPolicy.Apply)
                {
                    drift.Add($"{setting.Name} is {ValueOf(setting.Name) ?? "nothing"}, to be {setting.Value}");
                }
            }

            var what = $"the topic has other settings than it is to have: {string.Join("; ", drift)}";
            if (drift.Count > 0 && policy == ExistingTopicPolicy.Fail)
            {
                findings.Refuse(name, what, "Change the topic, or use restore.existing_topic_config_policy: apply or validate_only.");
            }
            else if (drift.Count > 0)
            {
                findings.Warn(name, what, "They stay as they are; restore.existing_topic_config_policy: apply changes them.");
            }
        }

        public (TopicPreparation, IReadOnlyList<SettingDecision>) End()
        {
            var (changes, held) = (Changes(), NewlyHeld());
            var all = (entry?.Settings ?? []).Concat(held).ToList();
            var decisions = Open.Where(setting => SkipOf(setting) is not null || Differs(setting)).Select(Decide).Where(decision => all.All(set => set.Name != decision.Name) || decision.Skipped is not null)
                .Concat(all.Select(set => new SettingDecision
                {
                    Topic = name,
                    Name = set.Name,
                    Source = wanted.FirstOrDefault(setting => setting.Name == set.Name)?.Asked,
                    Target = ValueOf(set.Name),
                    Action = SettingAction.HoldBack,
                    Final = set.Final,
                    WhileRestoring = set.WhileRestoring,
                    Reason = IsJournaled(set.Name) ? "set aside by an earlier run" : null,
                }));
            return (
                new TopicPreparation
                {
                    Topic = name,
                    IsCreated = entry is { IsCreated: true },
                    Applied = changes.Where(pair => held.All(set => set.Name != pair.Key)).ToDictionary(),
                    Held = all,
                    FinalRetentionMs = entry is not null ? entry.FinalRetentionMs : Retention.Of(setting => changes.GetValueOrDefault(setting) ?? ValueOf(setting)),
                },
                [.. decisions]);
        }

        private IEnumerable<WantedSetting> Open => wanted.Where(setting => !IsJournaled(setting.Name));

        private bool IsJournaled(string setting) => entry?.Settings.Any(held => held.Name == setting) == true;

        private bool Differs(WantedSetting setting) => !SettingValue.AreSame(ValueOf(setting.Name), setting.Value);

        private SettingDecision Decide(WantedSetting setting)
        {
            var skipped = SkipOf(setting);
            var own = known.GetValueOrDefault(setting.Name);
            var isChanged = skipped is null && IsChanged;
            return new SettingDecision
            {
                Topic = name,
                Name = setting.Name,
                Source = setting.Asked,
                Target = own?.Value,
                Action = skipped is not null ? SettingAction.Skip : !isChanged ? SettingAction.Keep : setting.IsClamped ? SettingAction.Clamp : SettingAction.Apply,
                Final = isChanged ? setting.Value : own is { IsOwn: true } ? own.Value : null,
                IsClamped = isChanged && setting.IsClamped,
                Skipped = skipped?.Reason,
                Reason = skipped?.Why ?? setting.Remark,
            };
        }

        private (SkipReason Reason, string Why)? SkipOf(WantedSetting setting) =>
            !known.TryGetValue(setting.Name, out var own) ? (SkipReason.NotReportedByTarget, "the target does not know it")
            : own.IsReadOnly && Differs(setting) ? (SkipReason.ReadOnly, "it cannot be changed at the target")
            : _rejected.GetValueOrDefault(setting.Name) is { } why ? (SkipReason.Rejected, why)
            : null;
    }
}
