using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preflight;

/// <summary>A target that does not answer costs its deadline once, not once for the job's state and once more for the check.</summary>
public sealed class UnreachedTargetTests : IDisposable
{
    private readonly JobStage _stage = new();
    private readonly TestArchive _archive = new TestArchive().AddSegment("t", 0, TestRecords.Ordinary(3));

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task A_target_that_was_not_reached_is_listed_by_the_check_without_being_asked_again()
    {
        _stage.Cluster.Unreachable = new RestoreException(ErrorCodes.TargetUnreachable, "no broker answered");
        using var job = _stage.Job(_stage.Options(_archive), _archive.Storage);
        var plan = _archive.Plan();
        await Assert.ThrowsAsync<RestoreException>(() => job.OpenAsync(plan, CancellationToken.None));

        var preflight = await job.CheckAsync(plan, CancellationToken.None);

        var error = Assert.Single(preflight.Findings, finding => finding.Severity == Severity.Error);
        Assert.Equal((ErrorCodes.TargetUnreachable, "no broker answered"), (error.Code, error.What));
        Assert.Null(preflight.Cluster);
        Assert.Equal(1, _stage.Cluster.Connections);
    }

    [Fact]
    public async Task A_target_that_answers_when_it_is_opened_again_is_checked()
    {
        _stage.Cluster.Unreachable = new RestoreException(ErrorCodes.TargetUnreachable, "no broker answered");
        using var job = _stage.Job(_stage.Options(_archive), _archive.Storage);
        var plan = _archive.Plan();
        await Assert.ThrowsAsync<RestoreException>(() => job.OpenAsync(plan, CancellationToken.None));
        _stage.Cluster.Unreachable = null;

        Assert.True((await job.CheckAsync(await job.OpenAsync(plan, CancellationToken.None), CancellationToken.None)).Passed);
    }
}
