using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preparation;

/// <summary>Deleting records first: named, confirmed, and never once the job has begun.</summary>
public sealed class PurgeTests
{
    private readonly FakeCluster _cluster = new FakeCluster().With("t", 2).With("empty", 1);

    public PurgeTests() => _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(5, 12);

    [Fact]
    public async Task Without_a_confirmation_it_is_refused_with_the_topics_and_what_they_hold()
    {
        var result = await CheckAsync(confirmed: false, hasBegun: false);

        var error = Assert.Single(result.Findings, finding => finding.Severity == Severity.Error);
        Assert.Equal(ErrorCodes.TargetNotEmpty, error.Code);
        Assert.Contains("1 topic(s): t (7 offsets)", error.What, StringComparison.Ordinal);
        Assert.Contains("--purge", error.Hint, StringComparison.Ordinal);
        Assert.Null(result.Purge);
    }

    [Fact]
    public async Task Confirmed_it_deletes_what_was_listed_and_says_so()
    {
        var result = await CheckAsync(confirmed: true, hasBegun: false);

        Assert.True(result.Passed);
        Assert.Equal([KeyValuePair.Create(new TargetPartition("t", 1), 12L)], result.Purge!.Before);
        Assert.Contains(result.Findings, finding => finding.Severity == Severity.Warning && finding.What.Contains("t (7 offsets)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_has_begun_deletes_nothing_whatever_was_confirmed()
    {
        var result = await CheckAsync(confirmed: true, hasBegun: true);

        Assert.Null(result.Purge);
        Assert.Contains(result.Findings, finding => finding.Code == ErrorCodes.TargetNotEmpty);
    }

    [Fact]
    public async Task Empty_topics_need_no_confirmation()
    {
        _cluster.Ranges.Clear();

        Assert.True((await CheckAsync(confirmed: false, hasBegun: false)).Passed);
    }

    [Fact]
    public async Task Nothing_is_deleted_unless_it_is_asked_for()
    {
        var result = await CheckAsync(confirmed: true, hasBegun: false, asked: false);

        Assert.Null(result.Purge);
        Assert.Equal(ErrorCodes.TargetNotEmpty, Assert.Single(result.Findings, finding => finding.Severity == Severity.Error).Code);
    }

    private async Task<PreflightResult> CheckAsync(bool confirmed, bool hasBegun, bool asked = true)
    {
        var archive = new TestArchive().AddTopic("t", 2).AddSegments("t", 1, TestRecords.Ordinary(3), 3).AddSegments("empty", 0, TestRecords.Ordinary(3), 3);
        var options = archive.Options() with { Preparation = new PreparationOptions { PurgeTopics = asked, PurgeConfirmed = confirmed } };
        var plan = archive.Plan(_ => options);
        var preflight = await new PreflightCheck(plan, options, archive.Storage, _cluster, TimeProvider.System).RunAsync(CancellationToken.None);
        return await Purge.ExtendAsync(preflight, plan, options.Preparation, hasBegun, _cluster, CancellationToken.None);
    }
}
