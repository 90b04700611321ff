using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preflight;

public sealed class PreflightCheckTests
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task A_target_that_fits_passes_without_a_word()
    {
        _cluster.With("t", 2);
        var result = await CheckAsync(Archive());
        Assert.Empty(Said(result));
        Assert.True(result.Passed);
        Assert.Equal("cluster-1", result.Cluster?.ClusterId);
        Assert.Equal(["t"], result.ExistingTopics.Keys);
        Assert.Empty(result.TopicsToCreate);
    }

    [Fact]
    public async Task A_missing_topic_is_an_error_unless_it_may_be_created()
    {
        var refused = Assert.Single(Said(await CheckAsync(Archive())));
        Assert.Equal((Severity.Error, ErrorCodes.TargetTopicMissing, "t"), (refused.Severity, refused.Code, refused.Where));

        var allowed = await CheckAsync(Archive(), options => options with { Preparation = new PreparationOptions { CreateTopics = true } });
        Assert.True(allowed.Passed);
        Assert.Equal("t", Assert.Single(allowed.TopicsToCreate).Name);
        Assert.Empty(_cluster.Created);
    }

    [Fact]
    public async Task Too_few_partitions_are_an_error()
    {
        _cluster.With("t", 1);
        var finding = Assert.Single(Said(await CheckAsync(Archive())));
        Assert.Equal((Severity.Error, ErrorCodes.TargetPartitions, "t"), (finding.Severity, finding.Code, finding.Where));
    }

    [Fact]
    public async Task More_partitions_than_the_source_had_are_a_warning_about_keys()
    {
        _cluster.With("t", 5);
        var finding = Assert.Single(Said(await CheckAsync(Archive())));
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("key", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_at_the_target_are_an_error_for_each_partition_and_a_warning_where_append_is_allowed()
    {
        _cluster.With("t", 2);
        _cluster.Ranges[new TargetPartition("t", 0)] = new PartitionRange(5, 8);
        _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(7, 7);
        var finding = Assert.Single(Said(await CheckAsync(Archive())));
        Assert.Equal((Severity.Error, ErrorCodes.TargetNotEmpty, "t/0"), (finding.Severity, finding.Code, finding.Where));
        Assert.Contains("3 offset(s) already, 5 to 7", finding.What, StringComparison.Ordinal);

        var appending = await CheckAsync(Archive(), options => options with { Preparation = new PreparationOptions { AppendToExisting = true } });
        Assert.True(appending.Passed);
        Assert.Equal((Severity.Warning, FindingKinds.NotEmpty, "t/0"), (Assert.Single(Said(appending)).Severity, appending.Findings[0].Kind, appending.Findings[0].Where));
    }

    [Fact]
    public async Task A_partition_with_nothing_but_markers_is_empty()
    {
        _cluster.With("t", 2);
        _cluster.Ranges[new TargetPartition("t", 0)] = new PartitionRange(0, 2);
        _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(0, 2);
        _cluster.OnlyMarkers.Add(new TargetPartition("t", 1));

        var finding = Assert.Single((await CheckAsync(Archive())).Findings, finding => finding.Code == ErrorCodes.TargetNotEmpty);
        Assert.Equal("t/0", finding.Where);
    }

    [Fact]
    public async Task A_partition_that_gets_nothing_may_hold_records()
    {
        _cluster.With("t", 3);
        _cluster.Ranges[new TargetPartition("t", 2)] = new PartitionRange(0, 8);
        Assert.DoesNotContain((await CheckAsync(Archive())).Findings, finding => finding.Code == ErrorCodes.TargetNotEmpty);
    }

    [Theory]
    [InlineData("LogAppendTime", false)]
    [InlineData("logappendtime", false)]
    [InlineData("CreateTime", true)]
    [InlineData(null, true)]
    public async Task A_topic_that_overwrites_timestamps_is_refused(string? type, bool passes)
    {
        _cluster.With("t", 2, type);
        var result = await CheckAsync(Archive());
        Assert.Equal(passes, result.Passed);
        Assert.Equal(!passes, result.Findings.Any(finding => finding.Code == ErrorCodes.TargetTimestamps && finding.Where == "t"));
    }

    [Fact]
    public async Task Objects_that_are_missing_or_of_another_size_are_named()
    {
        _cluster.With("t", 2);
        var archive = Archive();
        await archive.Storage.WriteAsync(archive.KeyOf("t", 1, 0), new byte[3], WriteMode.Replace, CancellationToken.None);
        archive.Describe = entry => entry with { OddKey = "backup/topics/t/partition=0/gone.bin" };
        archive.AddSegment("t", 0, [TestRecords.Record(500, Now)]);
        var findings = (await CheckAsync(archive)).Findings;
        Assert.Equal(
            [(ErrorCodes.SegmentMissing, "backup/topics/t/partition=0/gone.bin"), (ErrorCodes.ArchiveCorrupt, archive.KeyOf("t", 1, 0))],
            findings.Where(finding => finding.Severity == Severity.Error).Select(finding => (finding.Code!, finding.Where!)));

        var trusting = await CheckAsync(archive, options => options with { TrustSegments = true });
        Assert.Contains(trusting.Findings, finding => finding.Severity == Severity.Warning && finding.Where == archive.KeyOf("t", 1, 0));
        Assert.False(trusting.Passed);
    }

    [Fact]
    public async Task A_size_that_the_manifest_does_not_say_is_not_compared()
    {
        _cluster.With("t", 1);
        var archive = new TestArchive { Describe = entry => entry with { CompressedSize = 0 } }.AddSegment("t", 0, [TestRecords.Record(0, Now)]);
        Assert.Empty(Said(await CheckAsync(archive)));
    }

    [Fact]
    public async Task Hundreds_of_missing_objects_are_counted_not_listed()
    {
        _cluster.With("t", 1);
        var archive = new TestArchive { Describe = entry => entry with { OddKey = $"backup/topics/t/partition=0/gone-{entry.StartOffset}.bin" } };
        for (var i = 0; i < 130; i++)
        {
            archive.AddSegment("t", 0, [TestRecords.Record(i, Now)]);
        }

        var findings = (await CheckAsync(archive)).Findings;
        Assert.Equal(50, findings.Count(finding => finding.Code == ErrorCodes.SegmentMissing));
        Assert.Single(findings, finding => finding.Code == ErrorCodes.PreflightFailed && finding.What.StartsWith("80 more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gaps_and_missing_proof_are_said()
    {
        _cluster.With("t", 1).With("old", 1);
        var archive = new TestArchive()
            .AddSegment("t", 0, [TestRecords.Record(0, Now)]).AddSegment("t", 0, [TestRecords.Record(10, Now)]).AddSegment("t", 0, [TestRecords.Record(20, Now)])
            .AddGap("t", 0, new OffsetGap(1, 10, "offset_out_of_range"));
        archive.Describe = entry => entry with { CoveredStart = null, CoveredEnd = null };
        archive.AddSegment("old", 0, [TestRecords.Record(0, Now)]);
        var findings = (await CheckAsync(archive)).Findings;
        Assert.Contains(findings, finding => finding is { Severity: Severity.Warning, Where: "t/0" } && finding.What.Contains("1 to 9: offset_out_of_range", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Severity: Severity.Warning, Where: "t/0" } && finding.What.Contains("11 to 19 and does not say why", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Severity: Severity.Info, Where: "old/0" });
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(6, false)]
    public async Task Old_records_in_a_topic_to_be_created_bring_a_warning_of_retention(int days, bool warns)
    {
        var archive = new TestArchive().AddSegment("t", 0, [TestRecords.Record(0, Now - (long)TimeSpan.FromDays(days).TotalMilliseconds)]);
        var result = await CheckAsync(archive, options => options with { Preparation = new PreparationOptions { CreateTopics = true } });
        Assert.True(result.Passed);
        Assert.Equal(warns, result.Findings.Any(finding => finding.Hint?.Contains("retention.ms=-1", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task An_unreachable_target_does_not_hide_what_is_wrong_with_the_archive()
    {
        _cluster.Unreachable = new RestoreException(ErrorCodes.TargetUnreachable, "no broker answered");
        var archive = Archive();
        await archive.Storage.WriteAsync(archive.KeyOf("t", 1, 0), new byte[3], WriteMode.Replace, CancellationToken.None);
        var result = await CheckAsync(archive);
        Assert.Equal([ErrorCodes.ArchiveCorrupt, ErrorCodes.TargetUnreachable], Said(result).Select(finding => finding.Code!).OrderBy(code => code.Word));
        Assert.Null(result.Cluster);
    }

    [Fact]
    public async Task A_target_that_refuses_in_the_middle_is_named_all_the_same()
    {
        _cluster.With("t", 2).BeforeReadRanges = () => throw new RestoreException(ErrorCodes.TargetDenied, "reading log ends was denied");

        var result = await CheckAsync(Archive());

        Assert.Equal([ErrorCodes.TargetDenied], Said(result).Select(finding => finding.Code!));
        Assert.Equal("cluster-1", result.Cluster?.ClusterId);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(null, false)]
    public async Task An_existing_topic_that_would_delete_old_records_again_is_warned_of(int? keepsDays, bool warned)
    {
        var old = Now - (long)TimeSpan.FromDays(2).TotalMilliseconds;
        _cluster.With("t", 1).Topics["t"] = _cluster.Topics["t"] with { RetentionMs = keepsDays * 86_400_000L };

        var result = await CheckAsync(new TestArchive().AddSegment("t", 0, [TestRecords.Record(0, old)]));

        Assert.True(result.Passed);
        Assert.Equal(warned, result.Findings.Any(finding => finding.Severity == Severity.Warning && finding.What.Contains("delete them again", StringComparison.Ordinal) && finding.Where == "t"));
    }

    [Fact]
    public async Task Everything_is_found_at_once_with_the_errors_first_and_nothing_is_changed()
    {
        _cluster.With("t", 1, "LogAppendTime");
        _cluster.Ranges[new TargetPartition("t", 0)] = new PartitionRange(0, 1);
        var archive = Archive().AddSegment("other", 0, [TestRecords.Record(0, Now)]);
        await archive.Storage.WriteAsync(archive.KeyOf("t", 0, 0), new byte[3], WriteMode.Replace, CancellationToken.None);
        var result = await CheckAsync(archive, options => options with { Selection = new SelectionOptions { Include = ["t", "other", "nothing-*"] } });
        Assert.Equal(
            ["ARCHIVE_CORRUPT", "TARGET_NOT_EMPTY", "TARGET_PARTITIONS", "TARGET_TIMESTAMPS", "TARGET_TOPIC_MISSING"],
            result.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Code!.Word).Order(StringComparer.Ordinal));
        Assert.Equal(result.Findings.OrderByDescending(finding => finding.Severity).Select(finding => finding.Severity), result.Findings.Select(finding => finding.Severity));
        Assert.Contains(result.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("nothing-*", StringComparison.Ordinal));
        Assert.Empty(_cluster.Created);
    }

    /// <summary>What is more than information.</summary>
    private static List<Finding> Said(PreflightResult result) => [.. result.Findings.Where(finding => finding.Severity != Severity.Info)];

    private static long Now => new ManualTime().GetUtcNow().ToUnixTimeMilliseconds();

    private static TestArchive Archive() => new TestArchive().AddSegment("t", 0, Fresh(10)).AddSegment("t", 1, Fresh(10));

    private static IReadOnlyList<RecordData> Fresh(int count) => [.. Enumerable.Range(0, count).Select(offset => TestRecords.Record(offset, Now))];

    private Task<PreflightResult> CheckAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions>? change = null)
    {
        var options = change is null ? archive.Options() : change(archive.Options());
        return new PreflightCheck(archive.Plan(_ => options), options, archive.Storage, _cluster, new ManualTime()).RunAsync(CancellationToken.None);
    }
}
