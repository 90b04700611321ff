using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>The golden archives in a real broker, as an independent reader sees them.</summary>
public sealed class GoldenRestoreTests(GoldenRestores restores) : IClassFixture<GoldenRestores>
{
    private static readonly string[] s_unfaithful = ["edges-0.17", "edges-uncommitted"];

    public static TheoryData<string> FaithfulArchives => [.. GoldenRestores.Archives.Except(s_unfaithful)];

    public static TheoryData<string> FaithfulArchivesForClient => [.. GoldenRestores.ArchivesForClient.Except(s_unfaithful)];

    public static TheoryData<ProduceCodec> Codecs => [.. GoldenRestores.Codecs];

    [RealKafkaTheory]
    [MemberData(nameof(FaithfulArchives))]
    public void From_disk_every_record_is_as_the_source_had_it(string archive) => AssertFaithful(new GoldenRestore(archive));

    [RealKafkaAndS3Theory]
    [MemberData(nameof(FaithfulArchives))]
    public void From_S3_every_record_is_as_the_source_had_it(string archive) => AssertFaithful(new GoldenRestore(archive) { Source = GoldenSource.S3 });

    [RealKafkaTheory]
    [MemberData(nameof(FaithfulArchivesForClient))]
    public void The_client_sink_too_writes_every_record_as_the_source_had_it(string archive) => AssertFaithful(new GoldenRestore(archive) { Sink = SinkKind.Client });

    [RealKafkaTheory]
    [MemberData(nameof(Codecs))]
    public void Whatever_the_codec_every_record_is_as_the_source_had_it(ProduceCodec codec) => AssertFaithful(new GoldenRestore("edges") { Codec = codec });

    [RealKafkaTheory]
    [MemberData(nameof(FaithfulArchives))]
    public void The_batch_sink_writes_behind_its_fences_marker_and_nothing_else_stands_in_the_log(string archive)
    {
        var restored = restores.Of(archive);
        var report = restored.Done();
        Assert.Equal(("batch", "fenced", "the target allows it"), (report.Sink, report.Delivery, report.SinkReason));
        Assert.Equal(restored.Outcome.Preflight.Findings.Where(finding => finding.Severity == Severity.Warning).Select(finding => finding.Describe()), report.Warnings); // nothing about the ends of the logs
        Assert.DoesNotContain("the ends of the target's logs", report.NotChecked);
        Assert.All(report.TopicsRestored, topic => Assert.All(topic.Partitions, partition =>
            Assert.Equal(new PartitionRange(0, 1 + partition.Records), restores.RangeOf(topic.TargetTopic, partition.TargetPartition))));
    }

    [RealKafkaFact]
    public void The_client_sink_leaves_no_marker_and_is_named()
    {
        var report = restores.Of(new GoldenRestore("shop") { Sink = SinkKind.Client }).Done();
        Assert.Equal(("client", "idempotent", "sink: client"), (report.Sink, report.Delivery, report.SinkReason));
        Assert.All(report.TopicsRestored, topic => Assert.All(topic.Partitions, partition =>
            Assert.Equal(new PartitionRange(0, partition.Records), restores.RangeOf(topic.TargetTopic, partition.TargetPartition))));
    }

    [RealKafkaTheory]
    [InlineData("shop", "prod-eu")]
    [InlineData("edges", null)]
    public void Without_strip_the_backups_headers_follow_the_own_ones(string archive, string? cluster)
    {
        var restored = restores.Of(new GoldenRestore(archive) { KeepsTrackingHeaders = true });
        _ = restored.Done();
        foreach (var (topic, partition) in restores.Partitions(restored))
        {
            var expected = GoldenRecords.OfSource(archive, topic, partition)
                .Select(record => record with { Headers = [.. record.Headers, .. Tracking.Of(record.Offset, record.Timestamp, cluster)] }).ToList();
            RecordComparison.AssertEqual(expected, restores.Read(restored, topic, partition), $"{archive} {topic}/{partition}", offsets: false);
        }
    }

    [RealKafkaFact]
    public void What_the_older_writer_lost_is_all_that_is_missing() => AssertOlderWriter(new GoldenRestore("edges-0.17"));

    [RealKafkaAndS3Fact]
    public void From_S3_too_what_the_older_writer_lost_is_all_that_is_missing() => AssertOlderWriter(new GoldenRestore("edges-0.17") { Source = GoldenSource.S3 });

    [RealKafkaFact]
    public void By_the_client_sink_too_what_the_older_writer_lost_is_all_that_is_missing() => AssertOlderWriter(new GoldenRestore("edges-0.17") { Sink = SinkKind.Client });

    [RealKafkaFact]
    public void Markers_archived_as_records_are_left_out_and_named() => AssertMarkersLeftOut(new GoldenRestore("edges-uncommitted"));

    [RealKafkaAndS3Fact]
    public void From_S3_too_markers_are_left_out_and_named() => AssertMarkersLeftOut(new GoldenRestore("edges-uncommitted") { Source = GoldenSource.S3 });

    [RealKafkaFact]
    public void By_the_client_sink_too_markers_are_left_out_and_named() => AssertMarkersLeftOut(new GoldenRestore("edges-uncommitted") { Sink = SinkKind.Client });

    private void AssertMarkersLeftOut(GoldenRestore restore)
    {
        var restored = restores.Of(restore);
        var report = restored.Done();
        Assert.Equal((110, 38), (report.RecordsRestored, report.ControlRecordsDropped));
        var (foreseen, all) = (report.Warnings.Where(warning => warning.Contains("exact form of a transaction marker were seen", StringComparison.Ordinal)),
            report.Warnings.Where(warning => warning.Contains("exact form of a transaction marker", StringComparison.Ordinal)));
        Assert.Equal((1, 3), (foreseen.Count(), all.Count())); // once before the first write, and what became of each partition
        for (var partition = 0; partition < 2; partition++)
        {
            RecordComparison.AssertEqual(Golden.Expected("edges-uncommitted", "edge.txn", partition), restores.Read(restored, "edge.txn", partition), $"edge.txn/{partition}", offsets: false);
        }
    }

    [RealKafkaFact]
    public void Markers_archived_as_records_are_restored_when_asked_for()
    {
        var restored = restores.Of(new GoldenRestore("edges-uncommitted") { KeepsMarkers = true });
        var report = restored.Done();
        Assert.Equal((148, 0), (report.RecordsRestored, report.ControlRecordsDropped));
        var markers = 0;
        for (var partition = 0; partition < 2; partition++)
        {
            var read = restores.Read(restored, "edge.txn", partition);
            markers += read.RemoveAll(record => record.Key is [0, 0, 0, 0 or 1] && record.Value is [0, 0, _, _, _, _]);
            RecordComparison.AssertEqual(Golden.Expected("edges-uncommitted", "edge.txn", partition), read, $"edge.txn/{partition}", offsets: false);
        }

        Assert.Equal(38, markers);
    }

    [RealKafkaFact]
    public void The_report_of_a_wide_topic_is_right_for_every_partition()
    {
        var topic = Assert.Single(restores.Of("wide").Done().TopicsRestored);
        Assert.Equal(Enumerable.Range(0, 200), topic.Partitions.Select(partition => partition.SourcePartition));
        Assert.All(topic.Partitions, partition =>
        {
            var source = Golden.Expected("wide", "wide", partition.SourcePartition);
            Assert.Equal(("done", source.Count, 1L, 1L, partition.SourcePartition), (partition.State, partition.Records, partition.SegmentsProcessed, partition.SegmentsPlanned, partition.TargetPartition));
            Assert.Equal((source[0].Offset, source[^1].Offset, 1L, (long)source.Count), (partition.FirstOffset, partition.LastOffset, partition.TargetFirstOffset, partition.TargetLastOffset));
            Assert.Equal((source[0].Timestamp, source[^1].Timestamp, "proven"), (partition.FirstTimestamp, partition.LastTimestamp, partition.ArchiveCompleteness));
        });
    }

    [RealKafkaFact]
    public void A_known_gap_stands_in_the_report_and_the_archive_is_still_proven()
    {
        var report = restores.Of("incremental").Done();
        var gap = Assert.Single(report.TopicsRestored.SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Gaps));
        Assert.Equal((200, 259, "known_gap", "offset_out_of_range"), (gap.StartOffset, gap.EndOffset, gap.Cause, gap.Reason));
        Assert.Contains(report.Warnings, warning => warning.Contains("200 to 259", StringComparison.Ordinal));
        Assert.All(report.TopicsRestored.SelectMany(topic => topic.Partitions), partition => Assert.Equal("proven", partition.ArchiveCompleteness));
    }

    [RealKafkaFact]
    public void An_archive_that_cannot_prove_its_completeness_says_so()
    {
        var report = restores.Of("shop-0.17").Done();
        Assert.All(report.TopicsRestored.SelectMany(topic => topic.Partitions), partition => Assert.Equal("not_provable", partition.ArchiveCompleteness));
        Assert.Contains(report.NotChecked, words => words.Contains("archive holds every record", StringComparison.Ordinal));
    }

    [RealKafkaFact]
    public void Created_topics_have_the_partitions_of_their_source_also_where_they_hold_nothing()
    {
        var counts = restores.Partitions(restores.Of("edges")).GroupBy(partition => partition.Topic).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(6, counts["edge.holes"]);
        Assert.Equal(4, counts["edge.empty"]);
        Assert.Equal(2, counts["edge.deleted"]);
        Assert.Equal(1, counts["edge.time"]);
    }

    private void AssertFaithful(GoldenRestore restore)
    {
        var restored = restores.Of(restore);
        var report = restored.Done();
        var read = 0;
        foreach (var (topic, partition) in Golden.ExpectedPartitions(Golden.ExpectedSet(restore.Archive)))
        {
            var records = restores.Read(restored, topic, partition);
            RecordComparison.AssertEqual(GoldenRecords.OfSource(restore.Archive, topic, partition), records, $"{restore}, {topic}/{partition}", offsets: false);
            Assert.Equal(Enumerable.Range(0, records.Count).Select(offset => restore.FirstOffset + offset), records.Select(record => record.Offset));
            read += records.Count;
        }

        Assert.Equal(read, report.RecordsRestored);
        Assert.Equal(read, restores.Partitions(restored).Sum(partition => restores.Read(restored, partition.Topic, partition.Partition).Count));
        Assert.All(report.TopicsRestored, topic => Assert.All(topic.Partitions.Where(partition => partition.Records > 0), partition =>
            Assert.Equal((restore.FirstOffset, restore.FirstOffset + partition.Records - 1), (partition.TargetFirstOffset, partition.TargetLastOffset))));
    }

    private void AssertOlderWriter(GoldenRestore restore)
    {
        var restored = restores.Of(restore);
        var report = restored.Done();
        Assert.Equal((1_700, 38), (report.RecordsRestored, report.ControlRecordsDropped));
        foreach (var (topic, partition) in Golden.ExpectedPartitions("edges"))
        {
            var read = restores.Read(restored, topic, partition);
            var expected = topic == "edge.txn"
                ? Golden.Expected("edges-uncommitted", topic, partition)
                : GoldenRecords.OfOlderWriter(topic, partition, read);
            RecordComparison.AssertEqual(expected, read, $"{topic}/{partition}", offsets: false);
        }
    }
}
