using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Sources;

public sealed class LiveGroupsTests
{
    private readonly InMemoryGroups _cluster = new();

    public LiveGroupsTests()
    {
        _cluster.Commit("billing", ("orders", 0, 5), ("orders", 1, 6));
        _cluster.Commit("billing-eu", ("orders", 0, 7));
        _cluster.Commit("audit", ("orders", 0, 8));
    }

    [Fact]
    public async Task All_groups_are_read()
    {
        var groups = (await ReadAsync("*")).ToSourceGroups("cluster", DateTimeOffset.UnixEpoch);

        Assert.Equal(["audit orders/0 8", "billing orders/0 5", "billing orders/1 6", "billing-eu orders/0 7"], Expected.Lines(groups));
    }

    [Fact]
    public async Task Names_and_patterns_are_taken_together_each_group_once()
    {
        Assert.Equal(["audit", "billing", "billing-eu"], (await ReadAsync("billing*", "audit", "billing", "~^bill")).Groups.Select(group => group.Group));
    }

    [Fact]
    public async Task A_name_that_is_no_group_is_named_and_a_pattern_without_a_group_too()
    {
        Assert.Equal("this consumer group does not exist: biling", (await FailureAsync(ErrorCodes.GroupNotFound, "biling", "audit")).Message);
        Assert.Contains("audit, billing, billing-eu", (await FailureAsync(ErrorCodes.GroupNotFound, "x*")).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_cannot_be_read_is_a_failure_and_no_shorter_list()
    {
        _cluster.GroupFailures["audit"] = new GroupFailure(30, "GROUP_AUTHORIZATION_FAILED", "DESCRIBE on the group is missing");

        Assert.Contains("audit: DESCRIBE on the group is missing", (await FailureAsync(ErrorCodes.GroupUnreadable, "*")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_that_cannot_be_read_is_a_failure_and_no_shorter_list()
    {
        _cluster.PartitionFailures[new TargetPartition("orders", 1)] = new GroupFailure(88, "UNSTABLE_OFFSET_COMMIT", "a transaction is open");

        Assert.Contains("billing, orders/1: a transaction is open", (await FailureAsync(ErrorCodes.GroupUnreadable, "billing")).Message, StringComparison.Ordinal);
    }

    private Task<LiveGroups> ReadAsync(params string[] groups) => LiveGroups.ReadAsync(_cluster, GroupSelection.Parse(groups), CancellationToken.None);

    private async Task<RestoreException> FailureAsync(ErrorCode code, params string[] groups)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(groups));
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
