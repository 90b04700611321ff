using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Engine.Preparation.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preparation;

/// <summary>What is decided for each setting, and what refuses the run before anything is created.</summary>
public sealed class PreparationPlannerTests
{
    private readonly FakeCluster _cluster = new();
    private readonly FakeTopicSettings _settings;

    public PreparationPlannerTests() => _settings = new FakeTopicSettings(_cluster);

    [Fact]
    public async Task A_created_topic_gets_the_captured_settings_and_replicas()
    {
        var planned = await PlanAsync(Archive(("max.message.bytes", "2000000")));

        var creation = planned.Preparation!.Topics.Single().Creation!;
        Assert.Equal((2, "2000000"), (creation.ReplicationFactor, creation.Configuration["max.message.bytes"]));
        Assert.Equal((SettingAction.Apply, "2000000", "1048588", "2000000"), Decision(planned, "max.message.bytes"));
        Assert.True(planned.Passed);
    }

    [Fact]
    public async Task More_replicas_than_brokers_become_as_many_as_there_are_with_a_warning()
    {
        var planned = await PlanAsync(new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(3), 3).Capture("t", 5, ("min.insync.replicas", "4")));

        var creation = planned.Preparation!.Topics.Single().Creation!;
        Assert.Equal((3, "3"), (creation.ReplicationFactor, creation.Configuration["min.insync.replicas"]));
        Assert.Contains(planned.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("5 replicas", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Overrides_hold_for_topics_of_which_nothing_was_captured()
    {
        var planned = await PlanAsync(Archive(), options => options with { Overrides = Override("t", ("retention.ms", "5"), ("compression.type", "zstd")) });

        Assert.Equal("zstd", planned.Preparation!.Topics.Single().Creation!.Configuration["compression.type"]);
        Assert.Equal((SettingAction.HoldBack, "5", "604800000", "5"), Decision(planned, "retention.ms"));
    }

    [Fact]
    public async Task Overrides_win_over_captured_settings_and_those_of_no_topic_are_named()
    {
        var planned = await PlanAsync(Archive(("compression.type", "lz4")), options => options with
        {
            Overrides = Override("t", ("compression.type", "zstd")).Concat(Override("tt", ("compression.type", "gzip"))).ToDictionary(),
        });

        Assert.Equal((SettingAction.Apply, "zstd", "producer", "zstd"), Decision(planned, "compression.type"));
        Assert.Contains(planned.Findings, finding => finding.Where == "tt" && finding.Severity == Severity.Warning);
    }

    [Fact]
    public async Task Captured_settings_can_be_left_out_and_harm_is_set_aside_all_the_same()
    {
        var planned = await PlanAsync(Archive(("compression.type", "lz4")), options => options with { RestoreTopicConfigs = false });

        var topic = planned.Preparation!.Topics.Single();
        Assert.Empty(topic.Creation!.Configuration);
        Assert.Equal(-1, topic.Creation.ReplicationFactor);
        Assert.Contains(topic.Held, held => held is { Name: "retention.ms", WhileRestoring: "-1", Final: null, Effective: "604800000" });
    }

    [Fact]
    public async Task What_the_target_does_not_know_or_does_not_take_is_left_out_with_the_reason()
    {
        _settings.ReadOnly.Add("min.insync.replicas");
        _settings.Reject = static (name, value) => name == "compression.type" && value == "zip" ? "no such codec" : null;
        var planned = await PlanAsync(Archive(("message.format.version", "2.8"), ("compression.type", "zip"), ("min.insync.replicas", "2"), ("max.message.bytes", "9")));

        Assert.True(planned.Passed);
        Assert.Equal(["max.message.bytes"], planned.Preparation!.Topics.Single().Creation!.Configuration.Keys);
        Assert.Equal(
            [("compression.type", SkipReason.Rejected, "no such codec"), ("message.format.version", SkipReason.NotReportedByTarget, "the target does not know it"), ("min.insync.replicas", SkipReason.ReadOnly, "it cannot be changed at the target")],
            planned.Preparation.Decisions.Where(decision => decision.Action == SettingAction.Skip).Select(decision => (decision.Name, decision.Skipped!.Value, decision.Reason!)));
    }

    [Fact]
    public async Task Unsupported_settings_refuse_before_anything_is_created_where_that_is_asked_for()
    {
        var planned = await PlanAsync(Archive(("message.format.version", "2.8")), options => options with { RefuseUnsupported = true });

        Assert.Equal((ErrorCodes.TargetSettings, "t"), Errors(planned).Single());
        Assert.Empty(_cluster.Created);
        Assert.Empty(_settings.Changes);
    }

    [Fact]
    public async Task Settings_that_are_taken_one_by_one_and_not_together_refuse()
    {
        var both = new BothOrNone(_settings);
        var archive = Archive(("compression.type", "zstd"), ("max.message.bytes", "9"));
        var result = await new PreparationPlanner(archive.Plan(Creating), new PreparationOptions { CreateTopics = true }, TimeProvider.System)
            .ExtendAsync(Preflight(archive), JournalContent.Empty, _ => Task.FromResult(new Kafka.Settings.TopicSettingsDoor(both, null)), CancellationToken.None);

        Assert.Equal(ErrorCodes.TargetSettings, Errors(result).Single().Code);
    }

    [Fact]
    public async Task The_profile_clamps_and_says_so()
    {
        var planned = await PlanAsync(
            Archive(("max.message.bytes", "99000000"), ("segment.ms", "1000"), ("min.insync.replicas", "3")),
            options => options with { Profile = TargetProfile.ConfluentCloud, ClusterType = HostedClusterType.Dedicated });

        var creation = planned.Preparation!.Topics.Single().Creation!;
        Assert.Equal((3, "20971520", "14400000", "2"), (creation.ReplicationFactor, creation.Configuration["max.message.bytes"], creation.Configuration["segment.ms"], creation.Configuration["min.insync.replicas"]));
        Assert.Equal(["max.message.bytes", "min.insync.replicas", "segment.ms"], planned.Preparation.Decisions.Where(decision => decision.IsClamped).Select(decision => decision.Name));
        Assert.Equal((SettingAction.Clamp, "99000000", "1048588", "20971520"), Decision(planned, "max.message.bytes"));
        Assert.True(planned.Passed);
    }

    [Fact]
    public async Task Clamping_refuses_where_nothing_may_be_changed()
    {
        var planned = await PlanAsync(Archive(("max.message.bytes", "99000000")), options => options with { Profile = TargetProfile.ConfluentCloud, RefuseUnsupported = true });

        Assert.Equal(ErrorCodes.TargetSettings, Errors(planned).Single().Code);
    }

    [Fact]
    public async Task An_existing_topic_is_compared_and_left_as_it_is()
    {
        Existing(("compression.type", "lz4"), ("cleanup.policy", "compact,delete"));
        var planned = await PlanAsync(Archive(("compression.type", "zstd"), ("cleanup.policy", "delete,compact"), ("message.format.version", "2.8")));

        Assert.True(planned.Passed);
        Assert.Equal((SettingAction.Keep, "zstd", "lz4", "lz4"), Decision(planned, "compression.type"));
        Assert.DoesNotContain(planned.Preparation!.Decisions, decision => decision.Name == "cleanup.policy");
        Assert.Empty(planned.Preparation.Topics.Single().Held);
        Assert.Contains(planned.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("compression.type is lz4, to be zstd", StringComparison.Ordinal));
        Assert.Contains(planned.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("compacted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Drift_refuses_under_the_policy_fail_and_sameness_does_not()
    {
        Existing(("compression.type", "lz4"));

        Assert.Equal((ErrorCodes.TargetSettings, "t"), Errors(await PlanAsync(Archive(("compression.type", "zstd")), Policy(ExistingTopicPolicy.Fail))).Single());
        Assert.True((await PlanAsync(Archive(("compression.type", "lz4")), Policy(ExistingTopicPolicy.Fail))).Passed);
        Assert.Equal(ErrorCodes.TargetSettings, Errors(await PlanAsync(Archive(), options => options with { ExistingTopics = ExistingTopicPolicy.Fail, Overrides = Override("t", ("retention.ms", "1")) })).Single().Code);
    }

    [Fact]
    public async Task Applying_changes_what_differs_and_sets_harm_aside_for_the_topics_own_value()
    {
        Existing(("retention.ms", "1000"), ("compression.type", "lz4"));
        var planned = await PlanAsync(Archive(("compression.type", "zstd")), Policy(ExistingTopicPolicy.Apply));

        var topic = planned.Preparation!.Topics.Single();
        Assert.Equal([KeyValuePair.Create("compression.type", (string?)"zstd")], topic.Applied);
        Assert.Contains(topic.Held, held => held is { Name: "retention.ms", WhileRestoring: "-1", Final: "1000" });
        Assert.Contains(topic.Held, held => held is { Name: "segment.ms", Final: null, Effective: "604800000" });
        Assert.Equal((SettingAction.HoldBack, null, "1000", "1000"), Decision(planned, "retention.ms"));
        Assert.Empty(_settings.Changes);
    }

    [Theory]
    [InlineData(ExistingTopicPolicy.Apply, true, true)]
    [InlineData(ExistingTopicPolicy.Apply, false, false)]
    [InlineData(ExistingTopicPolicy.ValidateOnly, true, false)]
    public async Task LogAppendTime_is_set_aside_where_that_is_asked_for_and_allowed_and_refused_otherwise(ExistingTopicPolicy policy, bool mayAlter, bool passes)
    {
        Existing(("message.timestamp.type", "LogAppendTime"));
        _cluster.With("t", 1, "LogAppendTime");
        _settings.MayAlter = mayAlter;

        var planned = await PlanAsync(Archive(), Policy(policy));

        Assert.Equal(passes, planned.Passed);
        Assert.Equal(!passes, Errors(planned).Any(error => error.Code == ErrorCodes.TargetTimestamps));
    }

    [Fact]
    public async Task LogAppendTime_of_a_topic_to_be_created_is_refused_without_the_right_to_change_it()
    {
        _settings.MayAlter = false;

        var planned = await PlanAsync(Archive(("message.timestamp.type", "LogAppendTime")));

        Assert.Equal((ErrorCodes.TargetTimestamps, "t"), Errors(planned).Single());
    }

    [Fact]
    public async Task Without_the_right_to_alter_a_created_topic_gets_its_final_settings_at_once_with_a_warning()
    {
        _settings.MayAlter = false;

        var planned = await PlanAsync(Archive(("cleanup.policy", "compact")));

        Assert.True(planned.Passed);
        Assert.Empty(planned.Preparation!.Topics.Single().Held);
        Assert.Contains(planned.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("cleanup.policy=compact", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_describe_one_warning_stands_for_all_topics_and_nothing_fails()
    {
        _cluster.With("t", 1).With("u", 1);
        _settings.MayDescribe = false;
        var planned = await PlanAsync(Archive(("compression.type", "zstd")).AddSegments("u", 0, TestRecords.Ordinary(3), 3).AddSegments("v", 0, TestRecords.Ordinary(3), 3).Capture("v", 1, ("max.message.bytes", "7")));

        Assert.True(planned.Passed);
        Assert.Equal("t, u, v", Assert.Single(planned.Findings, finding => finding.What.Contains("cannot be read", StringComparison.Ordinal)).Where);
        Assert.Equal("7", planned.Preparation!.Topics.Single(topic => topic.Topic == "v").Creation!.Configuration["max.message.bytes"]);
        Assert.Contains(planned.Preparation.Topics.Single(topic => topic.Topic == "v").Held, held => held is { Name: "retention.ms", WhileRestoring: "-1", Final: null, Effective: null });
    }

    [Theory]
    [InlineData(ExistingTopicPolicy.Apply)]
    [InlineData(ExistingTopicPolicy.Fail)]
    public async Task A_policy_that_needs_a_comparison_is_refused_without_the_right_to_describe(ExistingTopicPolicy policy)
    {
        _cluster.With("t", 1);
        _settings.MayDescribe = false;

        Assert.Equal((ErrorCodes.TargetDenied, "t"), Errors(await PlanAsync(Archive(), Policy(policy))).Single());
    }

    [Fact]
    public async Task Topics_that_may_not_be_created_refuse()
    {
        _settings.MayCreate = false;

        Assert.Equal((ErrorCodes.TargetDenied, "t"), Errors(await PlanAsync(Archive())).Single());
    }

    [Fact]
    public async Task Without_a_door_topics_are_created_with_their_settings_and_one_warning_says_what_cannot_be_done()
    {
        _settings.WhyNot = "it has no Kerberos";
        var planned = await PlanAsync(Archive(("max.message.bytes", "7")));

        Assert.True(planned.Passed);
        Assert.Equal("7", planned.Preparation!.Topics.Single().Creation!.Configuration["max.message.bytes"]);
        Assert.Empty(planned.Preparation.Topics.Single().Held);
        Assert.Single(planned.Findings, finding => finding.What.Contains("it has no Kerberos", StringComparison.Ordinal));
        Assert.False((await PlanAsync(Archive(), Policy(ExistingTopicPolicy.Apply))).Passed);
    }

    [Fact]
    public async Task The_warning_of_retention_says_when_records_expire_once_it_is_set_aside()
    {
        var planned = await PlanAsync(Archive(("retention.ms", "86400000")));

        var warning = Assert.Single(planned.Findings, finding => finding.Where == "t" && finding.Severity == Severity.Warning);
        Assert.Contains("retention of 1 days is put back at its end", warning.What, StringComparison.Ordinal);
        Assert.DoesNotContain((await PlanAsync(Archive(("retention.ms", "-1")))).Findings, finding => finding.Severity == Severity.Warning);
    }

    [Fact]
    public async Task Several_sources_of_one_topic_agree_or_the_first_counts_and_the_table_says_so()
    {
        var archive = new TestArchive().AddSegments("a", 0, TestRecords.Ordinary(3), 3).Capture("a", 1, ("compression.type", "zstd"), ("max.message.bytes", "8"))
            .AddSegments("b", 0, TestRecords.Ordinary(3), 3).Capture("b", 2, ("compression.type", "lz4"));
        var planned = await PlanAsync(archive, mapping: new MappingOptions { Topics = new Dictionary<string, string> { ["a"] = "t", ["b"] = "t" } });

        Assert.Equal("b has lz4; the first source topic counts", planned.Preparation!.Decisions.Single(decision => decision.Name == "compression.type").Reason);
        var creation = planned.Preparation.Topics.Single().Creation!;
        Assert.Equal(("zstd", "8", 2), (creation.Configuration["compression.type"], creation.Configuration["max.message.bytes"], creation.ReplicationFactor));
    }

    [Fact]
    public async Task A_journaled_topic_of_the_same_name_and_another_id_counts_for_nothing()
    {
        Existing(("retention.ms", "1000"));
        _cluster.Topics["t"] = _cluster.Topics["t"] with { TopicId = Guid.NewGuid() };
        var journal = new JournalContent(1, [new JournaledTopic { Topic = "t", IsCreated = true, TopicId = Guid.NewGuid(), IsPending = true, Settings = [new HeldSetting("retention.ms", "-1", "5", "5")] }]);

        Assert.Empty((await PlanAsync(Archive(), journal: journal)).Preparation!.Topics.Single().Held);
        journal = journal with { Topics = [journal.Topics[0] with { TopicId = _cluster.Topics["t"].TopicId }] };
        Assert.Equal("5", Assert.Single((await PlanAsync(Archive(), journal: journal)).Preparation!.Topics.Single().Held).Final);
    }

    private static TestArchive Archive(params (string Name, string Value)[] captured) =>
        new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(3), 3).Capture("t", 2, captured);

    private static RestoreOptions Creating(RestoreOptions options) => options with { Preparation = new PreparationOptions { CreateTopics = true } };

    private static Func<PreparationOptions, PreparationOptions> Policy(ExistingTopicPolicy policy) => options => options with { ExistingTopics = policy };

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Override(string topic, params (string Name, string Value)[] settings) =>
        new() { [topic] = settings.ToDictionary(setting => setting.Name, setting => setting.Value) };

    private void Existing(params (string Name, string Value)[] own)
    {
        _cluster.With("t", 1);
        foreach (var (name, value) in own)
        {
            _settings.Of("t")[name] = value;
        }
    }

    private static IEnumerable<(ErrorCode? Code, string? Where)> Errors(PreflightResult result) =>
        result.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => (finding.Code, finding.Where)).Distinct();

    private static (SettingAction, string?, string?, string?) Decision(PreflightResult result, string name)
    {
        var decision = result.Preparation!.Decisions.Single(decision => decision.Name == name);
        return (decision.Action, decision.Source, decision.Target, decision.Final);
    }

    private PreflightResult Preflight(TestArchive archive) => new() { Findings = [], Cluster = new ClusterDescription("c", 3), TopicsToCreate = archive.Plan(Creating).Topics };

    private async Task<PreflightResult> PlanAsync(TestArchive archive, Func<PreparationOptions, PreparationOptions>? change = null, MappingOptions? mapping = null, JournalContent? journal = null)
    {
        var preparation = (change ?? (static same => same))(new PreparationOptions { CreateTopics = true });
        var options = archive.Options() with { Preparation = preparation, Mapping = mapping ?? new MappingOptions() };
        var plan = archive.Plan(_ => options);
        var preflight = await new PreflightCheck(plan, options, archive.Storage, _cluster, TimeProvider.System).RunAsync(CancellationToken.None);
        return await new PreparationPlanner(plan, preparation, TimeProvider.System).ExtendAsync(preflight, journal ?? JournalContent.Empty, _settings.OpenAsync, CancellationToken.None);
    }

    /// <summary>Takes one setting at a time.</summary>
    private sealed class BothOrNone(FakeTopicSettings settings) : Kafka.Settings.ITopicSettings
    {
        public Task<IReadOnlyDictionary<string, Kafka.Settings.TopicSettingsAnswer>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) => settings.DescribeAsync(topics, cancellationToken);

        public async Task<IReadOnlyDictionary<string, Kafka.Settings.TopicSettingsAnswer>> TryCreateAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken) =>
            topics.Any(topic => topic.Configuration.Count > 1)
                ? topics.ToDictionary(topic => topic.Name, _ => new Kafka.Settings.TopicSettingsAnswer(new(Kafka.Settings.SettingsFailureKind.Rejected, "not together"), null))
                : await settings.TryCreateAsync(topics, cancellationToken);

        public Task<IReadOnlyDictionary<string, Kafka.Settings.SettingsFailure?>> AlterAsync(IReadOnlyCollection<Kafka.Settings.TopicChanges> changes, bool tryOnly, CancellationToken cancellationToken) => settings.AlterAsync(changes, tryOnly, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
