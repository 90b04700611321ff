using System.Text.RegularExpressions;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

public sealed class MemorySharesTests
{
    private const long Mebibyte = 1 << 20;
    private static readonly StorageProperties s_local = new("test", "test", 1 << 20, 1, RereadsAreCheap: true);
    private static readonly StorageProperties s_remote = new("test", "test", 8 << 20, 4, RereadsAreCheap: false);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(4, 100, false)]
    [InlineData(4, 100, true)]
    [InlineData(200, 100, true)]
    [InlineData(1_000, 3, false)]
    public void Shares_never_exceed_the_budget(int atOnce, int lanes, bool add)
    {
        var plan = Plan(lanes, add);
        for (var mebibytes = 300; mebibytes <= 4_096; mebibytes *= 2)
        {
            var shares = MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = atOnce, MemoryBudgetBytes = mebibytes * Mebibyte }, plan, s_remote);
            var running = Math.Min(atOnce, lanes);
            Assert.InRange((running * (shares.SinkQueueBytes + shares.HeaderRoomBytes)) + shares.ReadingBytes, 1, mebibytes * Mebibyte);
            Assert.True(shares.SinkQueueBytes > 0 && shares.ReadingBytes > 0);
            Assert.Equal(add, shares.HeaderRoomBytes > 0);
            Assert.InRange(shares.WholeInMemoryBytes, 1, shares.ReadingBytes);
        }
    }

    [Theory]
    [InlineData(4, 1, false)]
    [InlineData(4, 9, false)]
    [InlineData(4, 1, true)]
    [InlineData(1, 2, true)]
    [InlineData(64, 20, false)]
    [InlineData(64, 60, true)]
    public void A_budget_that_is_too_small_is_refused_by_name_with_the_smallest_that_would_do(int lanes, int mebibytes, bool add)
    {
        var plan = Plan(lanes, add);
        var execution = new ExecutionOptions { MaxConcurrentLanes = lanes, MemoryBudgetBytes = mebibytes * Mebibyte };
        var failure = Assert.Throws<RestoreException>(() => MemoryShares.Of(execution, plan, s_local));
        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Equal("restore.memory_budget", failure.Where);
        var suggested = long.Parse(Regex.Match(failure.Message, @"(\d+) MiB would do").Groups[1].Value);
        _ = MemoryShares.Of(execution with { MemoryBudgetBytes = suggested * Mebibyte }, plan, s_local);
        Assert.Throws<RestoreException>(() => MemoryShares.Of(execution with { MemoryBudgetBytes = (suggested - 1) * Mebibyte }, plan, s_local));
    }

    [Fact]
    public void Only_lanes_that_can_run_take_a_share() =>
        Assert.Equal(
            MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = 2, MemoryBudgetBytes = 64 * Mebibyte }, Plan(2, false), s_local),
            MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = 1_000, MemoryBudgetBytes = 64 * Mebibyte }, Plan(2, false), s_local));

    [Theory]
    [InlineData(4, 70, 512, 32)]
    [InlineData(1, 70, 512, 32)]
    [InlineData(4, 5, 512, 5)]
    [InlineData(4, 70, 24, 16)]
    [InlineData(4, 70, 12, 4)]
    public void Lanes_that_read_together_are_as_many_as_the_budget_allows(int atOnce, int partitions, int mebibytes, int together)
    {
        var plan = new TestArchive().AddSegment("t", 0, TestRecords.Ordinary(1)).AddSegment("u", 0, TestRecords.Ordinary(1)).Plan(options => options with
        {
            Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(PartitioningStrategy.Murmur2, partitions) } },
        });
        var shares = MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = atOnce, MemoryBudgetBytes = mebibytes * Mebibyte }, plan, s_remote);
        Assert.Equal(together, shares.LanesTogether);
        Assert.InRange(((together + Math.Min(1, atOnce - 1)) * shares.SinkQueueBytes) + (together * LaneShare.RoomBytes) + shares.ReadingBytes, 1, mebibytes * Mebibyte);
    }

    [Theory]
    [InlineData(4, 100, 256, false, 15)]
    [InlineData(1, 100, 256, false, 7)]
    [InlineData(4, 12, 256, false, int.MaxValue)]
    [InlineData(4, 100, 256, true, 12)]
    [InlineData(100, 100, 256, false, int.MaxValue)]
    [InlineData(50, 120, 64, false, 108)]
    public void The_most_places_under_way_are_those_that_leave_reading_its_least_share(int atOnce, int lanes, int mebibytes, bool add, int most)
    {
        var shares = MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = atOnce, MemoryBudgetBytes = mebibytes * Mebibyte }, Plan(lanes, add), s_local);

        Assert.Equal(most, shares.MostPlaces);
        Assert.Equal(shares.ReadingBytes, shares.ReadingBytesWith(atOnce));
        var highest = Math.Min(most, lanes);
        Assert.InRange(shares.ReadingBytesWith(highest), shares.WholeInMemoryBytes + (8 * Mebibyte), shares.ReadingBytes);
        if (most != int.MaxValue)
        {
            Assert.True(shares.ReadingBytesWith(most + 1) < shares.WholeInMemoryBytes + (8 * Mebibyte));
        }
    }

    [Theory]
    [InlineData(1, 512)]
    [InlineData(4, 512)]
    [InlineData(4, 64)]
    [InlineData(4, 12)]
    [InlineData(200, 4096)]
    public void A_group_that_reads_together_keeps_its_shares_when_places_change(int atOnce, int mebibytes)
    {
        var archive = new TestArchive().AddSegment("t", 0, TestRecords.Ordinary(1));
        for (var partition = 0; partition < 60; partition++)
        {
            archive.AddSegment("u", partition, TestRecords.Ordinary(1));
        }

        var plan = archive.Plan(options => options with
        {
            Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(PartitioningStrategy.Murmur2, 20) } },
        });
        var shares = MemoryShares.Of(new ExecutionOptions { MaxConcurrentLanes = atOnce, MemoryBudgetBytes = mebibytes * Mebibyte }, plan, s_remote);

        Assert.Equal(shares.ReadingBytes, shares.ReadingBytesWith(atOnce));
        Assert.True(shares.MostPlaces >= atOnce);
        for (var places = 1; places <= Math.Min(100, shares.MostPlaces); places++)
        {
            var plain = Math.Min(60, places - 1);
            Assert.Equal(
                mebibytes * Mebibyte,
                ((shares.LanesTogether + plain) * shares.SinkQueueBytes) + (shares.LanesTogether * LaneShare.RoomBytes) + shares.ReadingBytesWith(places));
            Assert.True(shares.ReadingBytesWith(places) >= Math.Min(shares.ReadingBytes, shares.WholeInMemoryBytes));
        }
    }

    private static RestorePlan Plan(int lanes, bool add)
    {
        var archive = new TestArchive();
        for (var partition = 0; partition < lanes; partition++)
        {
            archive.AddSegment("t", partition, TestRecords.Ordinary(1));
        }

        return archive.Plan(options => options with { Headers = new HeaderOptions { Add = add } });
    }
}
