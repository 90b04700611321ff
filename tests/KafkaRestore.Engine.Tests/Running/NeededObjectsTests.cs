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
        var storage = await KillAsync(afterRecords: 10);

        Assert.Equal(Segments, storage.BeforeReading);
    }

    [Fact]
    public async Task A_job_that_goes_on_looks_for_those_that_come_next_and_for_the_rest_while_it_runs()
    {
        await KillAsync(afterRecords: 100);
        var storage = new AskedStorage(_archive.Storage);

        var run = await _stage.RunAsync(_archive, storage: storage);

        Assert.True(run.Report!.Status == RestoreStatus.Done, string.Join(" | ", run.Report.Errors));
        Assert.Equal(SoughtFirst, storage.BeforeReading);
        Assert.Contains(run.Preflight!.Findings, finding => finding.Severity == Severity.Info && finding.What.Contains("come next", StringComparison.Ordinal));
        Assert.DoesNotContain(storage.Asked, key => key.EndsWith("/segment-50.bin", StringComparison.Ordinal));
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
        using var job = _stage.Job(_stage.Options(_archive), storage);
        var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);

        var preflight = await job.CheckAsync(plan, CancellationToken.None);

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

    private async Task<AskedStorage> KillAsync(int afterRecords)
    {
        await _archive.WriteManifestAsync();
        var storage = new AskedStorage(_archive.Storage);
        var written = 0;
        _stage.Sinks.BeforeAppend = (target, _) =>
        {
            if (++written > afterRecords)
            {
                throw new RestoreException(ErrorCodes.Stopped, "killed", target.ToString());
            }
        };
        await _stage.RunAsync(_archive, storage: storage);
        _stage.Sinks.BeforeAppend = null;
        return storage;
    }

    /// <summary>Knows which objects were asked for, and how many before the first segment was read.</summary>
    private sealed class AskedStorage(IArchiveStorage inner) : ForwardingStorage(inner)
    {
        private readonly Lock _gate = new();
        private readonly HashSet<string> _asked = [];

        public IReadOnlyCollection<string> Asked => _asked;

        public int BeforeReading { get; private set; } = -1;

        public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                _asked.Add(key);
            }

            return base.StatAsync(key, cancellationToken);
        }

        public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (key.EndsWith(".bin", StringComparison.Ordinal) && BeforeReading < 0)
                {
                    BeforeReading = _asked.Count;
                }
            }

            return base.ReadAsync(key, offset, destination, cancellationToken);
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
