using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

public sealed class TrackingHeadersTests
{
    private static readonly HeaderData s_own = TestRecords.Header("own", [1]);

    [Fact]
    public void What_the_backup_added_is_found_behind_the_own_headers() =>
        Assert.Equal((1, 2, -1), Find(5, [s_own, .. Tracking.Of(5, 9)]));

    [Fact]
    public void The_cluster_counts_where_the_backup_puts_it() =>
        Assert.Equal((0, 1, 2), Find(5, [.. Tracking.Of(5, 9, "prod")]));

    [Fact]
    public void A_cluster_header_before_the_others_is_the_records_own() =>
        Assert.Equal((1, 2, -1), Find(5, [Tracking.Cluster("mine"), .. Tracking.Of(5, 9)]));

    [Fact]
    public void A_cluster_header_without_the_others_is_the_records_own() =>
        Assert.Equal((-1, -1, -1), Find(5, Tracking.Cluster("mine")));

    [Fact]
    public void Of_chained_headers_the_last_ones_are_this_backups() =>
        Assert.Equal((3, 4, 5), Find(5, [.. Tracking.Of(700, 8, "older"), .. Tracking.Of(5, 9, "prod")]));

    [Fact]
    public void Another_offset_is_not_this_backups() =>
        Assert.Equal((-1, -1, -1), Find(5, [.. Tracking.Of(6, 9, "older")]));

    [Fact]
    public void Own_headers_of_the_same_name_with_other_values_are_own() =>
        Assert.Equal((-1, -1, -1), Find(5, TestRecords.Header("x-original-offset", "5"u8.ToArray()), TestRecords.Header("x-original-timestamp", null)));

    [Fact]
    public void A_later_own_value_of_the_same_name_hides_nothing_that_the_backup_did_not_write_last() =>
        Assert.Equal((-1, -1, -1), Find(5, Tracking.Offset(5), Tracking.Offset(77)));

    [Fact]
    public void Names_are_compared_in_full() =>
        Assert.Equal((-1, -1, -1), Find(5, TestRecords.Header("X-Original-Offset", BitConverter.GetBytes(5L)), TestRecords.Header("x-original-offset2", BitConverter.GetBytes(5L))));

    [Fact]
    public void An_own_offset_header_that_happens_to_be_right_needs_a_right_timestamp_beside_it()
    {
        Assert.Equal((-1, -1, -1), Find(5, Tracking.Offset(5)));
        Assert.Equal((-1, -1, -1), Find(5, Tracking.Offset(5), Tracking.Timestamp(8)));
        Assert.Equal((-1, -1, -1), Find(5, Tracking.Offset(5), TestRecords.Header("x-original-timestamp", "12345"u8.ToArray())));
    }

    private static (int, int, int) Find(long offset, params HeaderData[] headers)
    {
        using var block = TestRecords.Block([TestRecords.Record(offset, 9, null, null, headers)]);
        foreach (var record in block)
        {
            var found = TrackingHeaders.Of(record);
            Assert.Equal(new[] { found.OffsetIndex, found.TimestampIndex, found.ClusterIndex }.Count(index => index >= 0), found.Count);
            return (found.OffsetIndex, found.TimestampIndex, found.ClusterIndex);
        }

        throw new InvalidOperationException("the block is empty");
    }
}
