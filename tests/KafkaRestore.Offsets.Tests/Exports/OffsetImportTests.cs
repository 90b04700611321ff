using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Exports;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Exports;

public sealed class OffsetImportTests
{
    private readonly InMemoryGroups _cluster = new();
    private readonly SnapshotStore _store = new(new InMemoryStorage());
    private readonly List<string> _asked = [];

    public OffsetImportTests()
    {
        _cluster.Ranges[new TargetPartition("orders", 0)] = new PartitionRange(5, 100);
        _cluster.Ranges[new TargetPartition("orders", 1)] = new PartitionRange(0, 50);
        _cluster.Asked = (what, _) => _asked.Add(what);
    }

    [Fact]
    public async Task Offsets_and_metadata_are_committed_as_they_are_and_read_back()
    {
        var report = await ImportAsync(Source(("billing", "orders", 0, 10), ("billing", "orders", 1, 50), ("audit", "orders", 0, 100)));

        Assert.True(report.IsWhole);
        Assert.Equal((2, 0, 3), (report.GroupsImported, report.GroupsFailed, report.OffsetsCommitted));
        Assert.Equal(new CommittedOffset(10, "words of billing"), _cluster.Committed["billing"][new TargetPartition("orders", 0)]);
        Assert.Equal(["audit", "billing"], report.Verification.GroupsVerified.Order());
    }

    [Fact]
    public async Task Offsets_outside_of_the_log_refuse_everything_before_the_first_commit()
    {
        var failure = await FailsAsync(ErrorCodes.OffsetOutOfRange, () => ImportAsync(Source(("audit", "orders", 1, 7), ("billing", "orders", 0, 4), ("billing", "orders", 1, 51))));

        Assert.Contains("billing, orders/0: 4 is outside of the log (5 to 100), billing, orders/1: 51 is outside of the log (0 to 50)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("commit", _asked);
    }

    [Fact]
    public async Task Clamped_offsets_are_in_the_plan_and_lose_their_metadata()
    {
        var options = new ImportOptions { Clamp = true };
        var plan = await PlanAsync(Source(("billing", "orders", 0, 4), ("billing", "orders", 1, 51)), options);

        Assert.Equal([(5L, ImportNote.Clamped), (50L, ImportNote.Clamped)], plan.Rows.Select(row => (row.Offset!.Value, row.Note)));
        Assert.True((await RunAsync(plan, options)).IsWhole);
        Assert.Equal(new CommittedOffset(5), _cluster.Committed["billing"][new TargetPartition("orders", 0)]);
    }

    [Fact]
    public async Task Partitions_that_do_not_exist_refuse_the_import_unless_they_are_left_out()
    {
        var source = Source(("billing", "orders", 0, 10), ("billing", "orders", 7, 1), ("billing", "gone", 0, 1));

        Assert.Contains("billing, orders/7", (await FailsAsync(ErrorCodes.TargetTopicMissing, () => ImportAsync(source))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("commit", _asked);

        var report = await ImportAsync(source, new ImportOptions { SkipMissing = true });
        Assert.True(report.IsWhole);
        Assert.Equal(1, report.OffsetsCommitted);
        await FailsAsync(ErrorCodes.GroupNotFound, () => ImportAsync(Source(("billing", "gone", 0, 1)), new ImportOptions { SkipMissing = true }));
    }

    [Fact]
    public async Task Topics_get_their_names_at_the_target()
    {
        await ImportAsync(Source(("billing", "orders-old", 0, 10)), new ImportOptions { TopicMapping = Mapping(("orders-old", "orders")) });

        Assert.Equal(10, _cluster.Committed["billing"][new TargetPartition("orders", 0)].Offset);
    }

    [Fact]
    public async Task Two_topics_that_become_one_and_a_mapping_of_nothing_are_refused()
    {
        var source = Source(("billing", "orders-old", 0, 10), ("billing", "orders", 0, 11));

        Assert.Contains("orders/0", (await FailsAsync(ErrorCodes.PlanConflict, () => PlanAsync(source, new ImportOptions { TopicMapping = Mapping(("orders-old", "orders")) }))).Message, StringComparison.Ordinal);
        Assert.Contains("order-s", (await FailsAsync(ErrorCodes.PlanConflict, () => PlanAsync(source, new ImportOptions { TopicMapping = Mapping(("order-s", "orders")) }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_leads_to_the_first_record_at_or_after_it_and_to_the_end_where_there_is_none()
    {
        _cluster.Times[new TargetPartition("orders", 0)] = new() { [5] = 1_000, [6] = 3_000, [7] = 2_000 };
        _cluster.Times[new TargetPartition("orders", 1)] = new() { [0] = 500 };

        var plan = await PlanAsync(Source(("billing", "orders", 0, 999), ("billing", "orders", 1, 3)), new ImportOptions { ToTime = 2_000 });

        Assert.Equal([(6L, ImportNote.ByTime), (50L, ImportNote.End)], plan.Rows.Select(row => (row.Offset!.Value, row.Note)));
    }

    [Fact]
    public async Task Groups_are_chosen_by_pattern_and_a_name_that_is_not_in_the_file_is_an_error()
    {
        var source = Source(("billing", "orders", 0, 10), ("billing-eu", "orders", 0, 11), ("audit", "orders", 0, 12));

        var report = await ImportAsync(source, new ImportOptions { Groups = GroupSelection.Parse(["billing*"]) });

        Assert.Equal(2, report.GroupsImported);
        Assert.False(_cluster.Committed.ContainsKey("audit"));
        await FailsAsync(ErrorCodes.GroupNotFound, () => PlanAsync(source, new ImportOptions { Groups = GroupSelection.Parse(["biling"]) }));
    }

    [Fact]
    public async Task Groups_with_members_are_refused_before_a_snapshot_is_taken()
    {
        _cluster.Members["billing"] = [new GroupMember("billing-1-uuid", "billing-1", "/10.0.0.7")];

        var failure = await FailsAsync(ErrorCodes.GroupActive, () => ImportAsync(Source(("billing", "orders", 0, 10)), new ImportOptions { Safety = new SnapshotCapture(_cluster, ["localhost:9092"], _store, TimeProvider.System) }));

        Assert.Contains("billing-1 at 10.0.0.7", failure.Message, StringComparison.Ordinal);
        Assert.Empty((await _store.ListAsync(CancellationToken.None)).Snapshots);
    }

    [Fact]
    public async Task The_snapshot_before_an_import_leads_back_to_nothing_for_a_new_group()
    {
        var report = await ImportAsync(Source(("billing", "orders", 0, 10)), new ImportOptions { Safety = new SnapshotCapture(_cluster, ["localhost:9092"], _store, TimeProvider.System) });
        Assert.NotEmpty(_cluster.Committed["billing"]);

        var snapshot = await _store.ReadAsync(report.SnapshotId!, CancellationToken.None);
        await new SnapshotRollback(_cluster, TimeProvider.System).RunAsync(snapshot, new RollbackOptions(), CancellationToken.None);

        Assert.Empty(_cluster.Committed["billing"]);
    }

    [Fact]
    public async Task A_group_that_refuses_is_listed_and_the_others_are_done()
    {
        var source = Source(("audit", "orders", 0, 10), ("billing", "orders", 0, 10));
        var plan = await PlanAsync(source, new ImportOptions());
        _cluster.Asked = (what, _) =>
        {
            _cluster.GroupFailures.Clear();
            if (what == "commit")
            {
                _cluster.GroupFailures["billing"] = new GroupFailure(30, "GROUP_AUTHORIZATION_FAILED", "READ on the group is missing");
            }
        };

        var report = await RunAsync(plan, new ImportOptions());

        Assert.Equal((ChangeStatus.PartialSuccess, 1, 1), (report.Status, report.GroupsImported, report.GroupsFailed));
        Assert.Equal(["billing, orders/0: READ on the group is missing (GROUP_AUTHORIZATION_FAILED)"], report.Errors);
        Assert.Equal(["billing"], report.Verification.GroupsMismatched);
    }

    private static Dictionary<string, string> Mapping(params (string From, string To)[] pairs) => pairs.ToDictionary(pair => pair.From, pair => pair.To);

    private static SourceGroups Source(params (string Group, string Topic, int Partition, long Offset)[] commits) => new("test.json", null, [.. commits.GroupBy(commit => commit.Group).Select(group =>
        new SourceGroup(group.Key, [.. group.Select(commit => new SourceCommit(new PartitionName(commit.Topic, commit.Partition), commit.Offset, $"words of {commit.Group}"))]))]);

    private Task<ImportPlan> PlanAsync(SourceGroups source, ImportOptions options) => new OffsetImport(_cluster, TimeProvider.System).PlanAsync(source, options, CancellationToken.None);

    private Task<ImportReport> RunAsync(ImportPlan plan, ImportOptions options) => new OffsetImport(_cluster, TimeProvider.System).RunAsync(plan, options, CancellationToken.None);

    private async Task<ImportReport> ImportAsync(SourceGroups source, ImportOptions? options = null)
    {
        options ??= new ImportOptions();
        return await RunAsync(await PlanAsync(source, options), options);
    }

    private static async Task<RestoreException> FailsAsync(ErrorCode code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
