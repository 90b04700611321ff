using System.Collections.Concurrent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

/// <summary>A job that goes on looks for the objects that it still needs, and waits for few of them before its first record.</summary>
public sealed class NeededObjectsTests : IDisposable
{
    private const int Segments = 3_000;
    private const int SoughtFirst = 2_048;

    private readonly JobStage _stage = new();
    private readonly TestArchive _archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(Segments), 1);

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task A_new_job_looks_for_all_of_them_before_its_first_record()
    {
        await _archive.WriteManifestAsync();

        var (asked, preflight) = await CheckAsync(_archive.Storage);

        Assert.Equal(Segments, asked.Count);
        Assert.DoesNotContain(preflight.Findings, finding => finding.What.Contains("come next", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_goes_on_looks_for_those_that_come_next()
    {
        await KillAsync(afterRecords: 100);

        var (asked, preflight) = await CheckAsync(_archive.Storage);

        Assert.Equal(SoughtFirst, asked.Count);
        Assert.DoesNotContain(KeyOf(50), asked);
        Assert.Contains(preflight.Findings, finding => finding.Severity == Severity.Info && finding.What.Contains("come next", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_that_are_restored_already_may_be_gone()
    {
        await KillAsync(afterRecords: 1_500);
        var storage = new LackingStorage(_archive.Storage);
        storage.Missing.UnionWith(Enumerable.Range(1, 1_000).Select(KeyOf));

        var run = await _stage.RunAsync(_archive, storage: storage);

        Assert.True(run.Report!.Status == RestoreStatus.Done, string.Join(" | ", run.Report.Errors));
        Assert.True(run.Preflight!.Passed);
        RecordComparison.AssertEqual(TestRecords.Ordinary(Segments), _stage.Log("t", 0), "t/0", offsets: false);
    }

    [Fact]
    public async Task A_lost_object_that_comes_next_refuses_the_run()
    {
        await KillAsync(afterRecords: 100);
        var storage = new LackingStorage(_archive.Storage);
        storage.Missing.Add(KeyOf(1_000));

        var (_, preflight) = await CheckAsync(storage);

        var error = Assert.Single(preflight.Findings, finding => finding.Severity == Severity.Error);
        Assert.Equal((ErrorCodes.SegmentMissing, KeyOf(1_000)), (error.Code, error.Where));
    }

    [Fact]
    public async Task A_lost_object_behind_those_is_told_long_before_its_lane_gets_there()
    {
        await KillAsync(afterRecords: 100);
        var storage = new LackingStorage(_archive.Storage);
        storage.Missing.Add(KeyOf(2_900));

        // The lane gets to the object before it only when somebody has asked for the lost one.
        var run = await _stage.RunAsync(_archive, storage: new GatedStorage(storage, held: KeyOf(2_899), until: KeyOf(2_900)));

        Assert.Equal(RestoreStatus.Partial, run.Report!.Status);
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith(ErrorCodes.SegmentMissing.Word, StringComparison.Ordinal) && warning.Contains(KeyOf(2_900), StringComparison.Ordinal));
        Assert.Contains(KeyOf(2_900), Assert.Single(run.Report.Errors), StringComparison.Ordinal);
        RecordComparison.AssertEqual(TestRecords.Ordinary(2_899), _stage.Log("t", 0), "t/0", offsets: false);
    }

    private string KeyOf(int number) => $"{_archive.BackupId}/topics/t/partition=0/segment-{number}.bin";

    /// <summary>What is asked for before the first write, and what is found.</summary>
    private async Task<(IReadOnlyCollection<string> Asked, PreflightResult Preflight)> CheckAsync(IArchiveStorage inner)
    {
        var storage = new AskedStorage(inner);
        using var job = _stage.Job(_stage.Options(_archive), storage);
        var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        return (storage.Asked.Keys.ToHashSet(), preflight);
    }

    private async Task KillAsync(int afterRecords)
    {
        await _archive.WriteManifestAsync();
        var written = 0;
        _stage.Sinks.BeforeAppend = (target, _) =>
        {
            if (++written > afterRecords)
            {
                throw new RestoreException(ErrorCodes.Stopped, "killed", target.ToString());
            }
        };
        await _stage.RunAsync(_archive);
        _stage.Sinks.BeforeAppend = null;
    }

    /// <summary>Knows which objects were looked for.</summary>
    private sealed class AskedStorage(IArchiveStorage inner) : ForwardingStorage(inner)
    {
        public ConcurrentDictionary<string, bool> Asked { get; } = new();

        public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken)
        {
            Asked[key] = true;
            return base.StatAsync(key, cancellationToken);
        }
    }

    /// <summary>Hands out one object only when another one has been looked for.</summary>
    private sealed class GatedStorage(IArchiveStorage inner, string held, string until) : ForwardingStorage(inner)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken)
        {
            if (key == until)
            {
                _asked.TrySetResult();
            }

            return await base.StatAsync(key, cancellationToken);
        }

        public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            if (key == held)
            {
                await _asked.Task.WaitAsync(cancellationToken);
            }

            return await base.ReadAsync(key, offset, destination, cancellationToken);
        }
    }
}
