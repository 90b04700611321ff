using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Snapshots;

public sealed class SnapshotRollbackTests
{
    private readonly InMemoryGroups _cluster = new();
    private readonly InMemoryStorage _storage = new();
    private readonly List<string> _asked = [];

    public SnapshotRollbackTests()
    {
        for (var partition = 0; partition < 3; partition++)
        {
            _cluster.Ranges[new TargetPartition("orders", partition)] = new PartitionRange(0, 100);
        }

        _cluster.Commit("audit", ("orders", 0, 9));
        _cluster.Commit("billing", ("orders", 0, 10), ("orders", 1, 20));
        _cluster.Committed["billing"][new TargetPartition("orders", 1)] = new CommittedOffset(20, "checkpoint-7");
        _cluster.Asked = (what, _) => _asked.Add(what);
    }

    private SnapshotStore Store => new(_storage);

    private SnapshotCapture Capture => new(_cluster, ["localhost:9092"], Store, TimeProvider.System);

    [Fact]
    public async Task A_snapshot_that_is_rolled_back_to_brings_offsets_and_metadata_back_and_removes_later_ones()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Commit("billing", ("orders", 0, 77), ("orders", 1, 78), ("orders", 2, 79));

        var report = await RollBackAsync(snapshot);

        Assert.True(report.IsWhole);
        Assert.Equal((ChangeStatus.Success, 2, 0, 3, 1), (report.Result.Status, report.Result.GroupsRolledBack, report.Result.GroupsFailed, report.Result.OffsetsRestored, report.Result.OffsetsRemoved));
        Assert.Equal(["audit", "billing"], report.Verification!.GroupsVerified);
        Assert.Equal(
            [(0, new CommittedOffset(10, "")), (1, new CommittedOffset(20, "checkpoint-7"))],
            _cluster.Committed["billing"].OrderBy(offset => offset.Key.Partition).Select(offset => (offset.Key.Partition, offset.Value with { Metadata = offset.Value.Metadata ?? "" })));
    }

    [Fact]
    public async Task The_state_before_a_rollback_is_saved_and_leads_back()
    {
        var snapshot = await TakeAsync("billing");
        _cluster.Commit("billing", ("orders", 0, 77), ("orders", 2, 79));
        var report = await RollBackAsync(snapshot, new RollbackOptions { Safety = Capture });

        var safety = await Store.ReadAsync(report.Result.SafetySnapshotId!, CancellationToken.None);
        Assert.Contains(snapshot.Id, safety.Description, StringComparison.Ordinal);
        await RollBackAsync(safety);

        Assert.Equal([77, 20, 79], _cluster.Committed["billing"].OrderBy(offset => offset.Key.Partition).Select(offset => offset.Value.Offset));
    }

    [Fact]
    public async Task A_group_that_did_not_exist_yet_loses_what_it_has_committed_since()
    {
        var snapshot = await Capture.TakeAsync(["fresh"], null, CancellationToken.None);
        _cluster.Commit("fresh", ("orders", 0, 5));

        Assert.True((await RollBackAsync(snapshot)).IsWhole);
        Assert.Empty(_cluster.Committed["fresh"]);
    }

    [Fact]
    public async Task Groups_with_members_are_refused_with_members_and_hosts_and_nothing_is_changed()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Members["billing"] = [new GroupMember("billing-1-uuid", "billing-1", "/10.0.0.7")];

        var failure = await FailsAsync(ErrorCodes.GroupActive, () => RollBackAsync(snapshot, new RollbackOptions { Safety = Capture }));

        Assert.Contains("billing (billing-1 at 10.0.0.7)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("audit", failure.Message, StringComparison.Ordinal);
        NothingChanged();
        Assert.Single((await Store.ListAsync(CancellationToken.None)).Snapshots);
    }

    [Fact]
    public async Task A_wait_ends_when_the_last_member_has_left()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Members["billing"] = [new GroupMember("m", "billing-1", "/10.0.0.7")];
        var notices = new List<string>();

        var report = await RollBackAsync(snapshot, new RollbackOptions
        {
            WaitForEmpty = TimeSpan.FromMinutes(5),
            Notice = notice =>
            {
                notices.Add(notice);
                _cluster.Members.Clear();
            },
        });

        Assert.True(report.IsWhole);
        Assert.Equal(["waiting for members to leave: billing (billing-1 at 10.0.0.7)"], notices);
    }

    [Fact]
    public async Task A_snapshot_of_another_cluster_is_refused_unless_it_is_meant()
    {
        var snapshot = await TakeAsync("*") with { ClusterId = "elsewhere" };

        await FailsAsync(ErrorCodes.PlanConflict, () => RollBackAsync(snapshot));
        NothingChanged();
        Assert.True((await RollBackAsync(snapshot, new RollbackOptions { OtherCluster = true })).IsWhole);
        Assert.True((await RollBackAsync(snapshot with { ClusterId = null })).IsWhole);
    }

    [Fact]
    public async Task An_offset_outside_of_the_log_is_named_and_committed_as_it_is()
    {
        var snapshot = await TakeAsync("billing");
        _cluster.Ranges[new TargetPartition("orders", 0)] = new PartitionRange(15, 100);

        var report = await RollBackAsync(snapshot);

        Assert.Equal("billing, orders/0: 10 is outside of the log (15 to 100)", Assert.Single(report.Result.OutOfRange).ToString());
        Assert.Equal(10, _cluster.Committed["billing"][new TargetPartition("orders", 0)].Offset);
    }

    [Fact]
    public async Task An_offset_outside_of_the_log_is_clamped_when_asked_and_the_check_knows_it()
    {
        var snapshot = await TakeAsync("billing");
        _cluster.Ranges[new TargetPartition("orders", 0)] = new PartitionRange(15, 100);

        var report = await RollBackAsync(snapshot, new RollbackOptions { Clamp = true });

        Assert.True(report.IsWhole);
        Assert.EndsWith("clamped to 15", Assert.Single(report.Result.OutOfRange).ToString(), StringComparison.Ordinal);
        Assert.Equal(15, _cluster.Committed["billing"][new TargetPartition("orders", 0)].Offset);
    }

    [Fact]
    public async Task A_partition_that_is_gone_is_a_failure_of_its_group_alone()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Ranges.TryRemove(new TargetPartition("orders", 1), out _);
        _cluster.Commit("billing", ("orders", 0, 77));
        _cluster.Committed["billing"].TryRemove(new TargetPartition("orders", 1), out _);

        var report = await RollBackAsync(snapshot);

        Assert.Equal((ChangeStatus.PartialSuccess, 1, 1), (report.Result.Status, report.Result.GroupsRolledBack, report.Result.GroupsFailed));
        Assert.Equal(["billing, orders/1: the partition does not exist"], report.Result.Errors);
        Assert.Equal("billing, orders/1: nothing instead of 20", Assert.Single(report.Verification!.Mismatches).ToString());
        Assert.Equal(10, _cluster.Committed["billing"][new TargetPartition("orders", 0)].Offset);
    }

    [Fact]
    public async Task A_partition_that_refuses_is_listed_with_the_reason()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Commit("audit", ("orders", 0, 50));
        _cluster.Asked = (what, _) =>
        {
            if (what == "commit")
            {
                _cluster.PartitionFailures[new TargetPartition("orders", 1)] = new GroupFailure(29, "TOPIC_AUTHORIZATION_FAILED", "READ on the topic is missing");
            }
            else
            {
                _cluster.PartitionFailures.Clear();
            }
        };
        _cluster.Committed["billing"][new TargetPartition("orders", 1)] = new CommittedOffset(60);

        var report = await RollBackAsync(snapshot);

        Assert.False(report.IsWhole);
        Assert.Equal(["billing, orders/1: READ on the topic is missing (TOPIC_AUTHORIZATION_FAILED)"], report.Result.Errors);
        Assert.Equal(["billing"], report.Verification!.GroupsMismatched);
        Assert.Equal(9, _cluster.Committed["audit"][new TargetPartition("orders", 0)].Offset);
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_is_a_failed_check()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Asked = (what, _) =>
        {
            if (what == "commit")
            {
                _cluster.Asked = (next, _) => _cluster.GroupFailures["audit"] = new GroupFailure(15, "COORDINATOR_NOT_AVAILABLE", "its coordinator does not answer");
            }
        };

        var report = await RollBackAsync(snapshot);

        Assert.Equal(ChangeStatus.Success, report.Result.Status);
        Assert.False(report.IsWhole);
        Assert.Contains("its coordinator does not answer", report.Verification!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_finds_missing_partitions_later_commits_and_other_metadata()
    {
        var snapshot = await TakeAsync("*");
        Assert.True((await VerifyAsync(snapshot)).Verified);

        _cluster.Committed["audit"].Clear();
        _cluster.Commit("billing", ("orders", 1, 20), ("orders", 2, 1));
        var found = await VerifyAsync(snapshot);

        Assert.Equal(["audit", "billing"], found.GroupsMismatched);
        Assert.Equal(
            ["audit, orders/0: nothing instead of 9", "billing, orders/1: other metadata", "billing, orders/2: 1 instead of nothing"],
            found.Mismatches.Select(mismatch => mismatch.ToString()));
    }

    [Fact]
    public async Task Only_the_groups_that_are_meant_are_rolled_back()
    {
        var snapshot = await TakeAsync("*");
        _cluster.Commit("audit", ("orders", 0, 50));
        _cluster.Commit("billing", ("orders", 0, 50));

        await RollBackAsync(snapshot, new RollbackOptions { Groups = GroupSelection.Parse(["audit"]) });

        Assert.Equal((9L, 50L), (_cluster.Committed["audit"][new TargetPartition("orders", 0)].Offset, _cluster.Committed["billing"][new TargetPartition("orders", 0)].Offset));
        await FailsAsync(ErrorCodes.GroupNotFound, () => RollBackAsync(snapshot, new RollbackOptions { Groups = GroupSelection.Parse(["audit", "biling"]) }));
    }

    [Fact]
    public async Task A_group_that_cannot_be_read_leaves_no_snapshot_behind()
    {
        _cluster.GroupFailures["audit"] = new GroupFailure(30, "GROUP_AUTHORIZATION_FAILED", "DESCRIBE on the group is missing");

        await FailsAsync(ErrorCodes.GroupUnreadable, () => TakeAsync("*"));

        Assert.Empty((await Store.ListAsync(CancellationToken.None)).Snapshots);
    }

    [Fact]
    public async Task A_rollback_that_is_stopped_under_way_tells_what_was_done_and_what_was_not_begun()
    {
        _cluster.Commit("audit", ("orders", 0, 10));
        var snapshot = await TakeAsync("*");
        _cluster.Commit("audit", ("orders", 0, 77));
        _cluster.Commit("billing", ("orders", 0, 77));
        using var stop = new CancellationTokenSource();
        _cluster.Committing = _ => stop.Cancel();

        var report = await new SnapshotRollback(_cluster, TimeProvider.System).RunAsync(snapshot, new RollbackOptions(), stop.Token);

        Assert.Equal((ChangeStatus.PartialSuccess, 1, 1), (report.Result.Status, report.Result.GroupsRolledBack, report.Result.GroupsFailed));
        Assert.All(report.Result.Errors, error => Assert.StartsWith("billing, orders/", error, StringComparison.Ordinal));
        Assert.Equal(["audit"], report.Verification!.GroupsVerified);
        Assert.Equal(["billing"], report.Verification.GroupsMismatched);
    }

    private async Task<OffsetSnapshot> TakeAsync(params string[] groups) => (await Capture.TakeAsync(GroupSelection.Parse(groups), "test", CancellationToken.None)).Snapshot;

    private Task<RollbackReport> RollBackAsync(OffsetSnapshot snapshot, RollbackOptions? options = null) =>
        new SnapshotRollback(_cluster, TimeProvider.System).RunAsync(snapshot, options ?? new RollbackOptions(), CancellationToken.None);

    private Task<OffsetVerification> VerifyAsync(OffsetSnapshot snapshot) =>
        new SnapshotRollback(_cluster, TimeProvider.System).VerifyAsync(snapshot, new RollbackOptions(), CancellationToken.None);

    private void NothingChanged() => Assert.DoesNotContain(_asked, what => what is "commit" or "delete");

    private static async Task<RestoreException> FailsAsync(ErrorCode code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
