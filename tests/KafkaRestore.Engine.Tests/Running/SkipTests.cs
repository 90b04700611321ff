using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

/// <summary>Runs that leave out what cannot be read or written, stopped, killed and gone on with.</summary>
public sealed class SkipTests : IDisposable
{
    private static readonly TargetPartition s_target = new("t", 0);
    private static readonly SkipOptions s_skip = new() { DamagedSegments = true, UnwritableRecords = true };

    private readonly JobStage _stage = new();

    private InMemorySinkFactory Sinks => _stage.Sinks;

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Killed_any_number_of_times_anywhere_everything_else_is_there_once_and_the_same_is_left_out() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var tests = new SkipTests();
            tests.AssertExactAsync(seed).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(80));

    [Fact]
    public async Task Unless_asked_a_damaged_segment_stops_its_lane_and_nothing_is_noted()
    {
        var (archive, _) = await ArchiveAsync();
        await archive.DamageAsync("t", 0, 1);

        var report = await RunAsync(archive, new SkipOptions { UnwritableRecords = true });

        Assert.Equal((RestoreStatus.Partial, 10), (report!.Status, report.RecordsRestored));
        Assert.Contains(ErrorCodes.ArchiveCorrupt.Word, Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(0, report.Skips.Total);
        Assert.Empty(Directory.EnumerateFiles(_stage.Folder, "*.skips", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Unless_asked_an_unwritable_record_stops_its_lane_and_nothing_is_noted()
    {
        var (archive, _) = await ArchiveAsync();
        Refuse(15);

        var report = await RunAsync(archive, new SkipOptions { DamagedSegments = true });

        Assert.Equal((RestoreStatus.Partial, 15), (report!.Status, report.RecordsRestored));
        Assert.Contains(ErrorCodes.RecordTooLarge.Word, Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(0, report.Skips.Total);
    }

    [Fact]
    public async Task What_is_left_out_stands_in_the_report_with_place_and_reason_and_the_status_is_partial()
    {
        var (archive, storage) = await ArchiveAsync();
        await archive.DamageAsync("t", 0, 1);
        storage.Missing.Add(archive.KeyOf("t", 0, 3));
        Refuse(25);

        var report = await RunAsync(archive, s_skip, storage);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Empty(report.Errors);
        Assert.Equal((29L, 20L, 1L), (report.RecordsRestored, report.RecordsInDamagedSegments, report.UnwritableRecords));
        Assert.Equal(
            [
                (10L, 19L, 10L, archive.KeyOf("t", 0, 1), ErrorCodes.ArchiveCorrupt.Word),
                (25, 25, 1, null, ErrorCodes.RecordTooLarge.Word),
                (30, 39, 10, archive.KeyOf("t", 0, 3), ErrorCodes.SegmentMissing.Word),
            ],
            report.Skips.Listed.OrderBy(skip => skip.FirstOffset).Select(skip => (skip.FirstOffset, skip.LastOffset, skip.Records, skip.Object, skip.Code)));
        Assert.Equal(3, report.Skips.Total);
        var partition = report.TopicsRestored.Single().Partitions.Single();
        Assert.Equal(("done", 20L, 1L), (partition.State, partition.InDamagedSegments, partition.Unwritable));
        Assert.Equal([.. Offsets(0, 10), 20, 21, 22, 23, 24, 26, 27, 28, 29, .. Offsets(40, 10)], Restored());
    }

    [Fact]
    public async Task A_finished_job_still_says_what_it_has_left_out_and_a_repaired_segment_stays_left_out()
    {
        var (archive, storage) = await ArchiveAsync();
        storage.Missing.Add(archive.KeyOf("t", 0, 1));
        Refuse(49);
        Assert.Equal(2, (await RunAsync(archive, s_skip, storage))!.Skips.Total);
        storage.Missing.Clear();
        Sinks.Refuse = null;

        Assert.Null(await RunAsync(archive, s_skip, storage));

        Assert.Equal(39, Restored().Count);
        using var job = Job(archive, s_skip, storage);
        await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        Assert.Equal((2, 11L), (job.State!.Stored.Summary.Skips, job.State.Stored.Summary.RecordsSkipped));
    }

    [Fact]
    public async Task Lanes_that_were_finished_before_name_what_they_left_out_when_the_others_go_on()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(50), 10).AddSegments("t", 1, TestRecords.Ordinary(50), 10);
        var storage = new LackingStorage((await archive.WriteManifestAsync()).Storage) { Missing = { archive.KeyOf("t", 0, 2) } };
        Sinks.BeforeAppend = (target, record) =>
        {
            if (target.Partition == 1 && record.Offset == 20)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, "away", target.ToString());
            }
        };
        Assert.Equal(1, (await RunAsync(archive, s_skip, storage))!.Skips.Total);
        Sinks.BeforeAppend = null;

        var report = await RunAsync(archive, s_skip, storage);

        Assert.Equal((RestoreStatus.Partial, 1, 10L, 90L), (report!.Status, report.Skips.Total, report.RecordsInDamagedSegments, report.RecordsRestored));
        Assert.Equal((4L, 5L), (report.TopicsRestored.Single().Partitions[0].SegmentsProcessed, report.TopicsRestored.Single().Partitions[1].SegmentsProcessed));
    }

    [Fact]
    public async Task A_finished_lane_whose_list_is_lost_says_so_and_the_others_go_on()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(50), 10).AddSegments("t", 1, TestRecords.Ordinary(50), 10);
        var storage = new LackingStorage((await archive.WriteManifestAsync()).Storage) { Missing = { archive.KeyOf("t", 0, 2) } };
        Sinks.BeforeAppend = (target, record) =>
        {
            if (target.Partition == 1 && record.Offset == 20)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, "away", target.ToString());
            }
        };
        await RunAsync(archive, s_skip, storage);
        Sinks.BeforeAppend = null;
        File.Delete(Assert.Single(SkipFiles()));

        var report = await RunAsync(archive, s_skip, storage);

        Assert.Contains(ErrorCodes.StateCorrupt.Word, Assert.Single(report!.Errors), StringComparison.Ordinal);
        Assert.Equal(["failed", "done"], report.TopicsRestored.Single().Partitions.Select(partition => partition.State));
        Assert.Equal(50, Sinks.Log(new TargetPartition("t", 1)).Count);
    }

    [Fact]
    public async Task A_run_that_stopped_at_a_damaged_segment_goes_on_when_asked_to_leave_it_out()
    {
        var (archive, _) = await ArchiveAsync();
        await archive.DamageAsync("t", 0, 1);
        Assert.Equal(10, (await RunAsync(archive, new SkipOptions()))!.RecordsRestored);

        var report = await RunAsync(archive, s_skip);

        Assert.Equal((RestoreStatus.Partial, 40L, 1), (report!.Status, report.RecordsRestored, report.Skips.Total));
        Assert.Equal([.. Offsets(0, 10), .. Offsets(20, 30)], Restored());
    }

    [Fact]
    public async Task What_was_left_out_once_stays_left_out_when_the_keys_say_stop_again()
    {
        var (archive, _) = await ArchiveAsync();
        await archive.DamageAsync("t", 0, 1);
        Refuse(25);
        await KillAsync(archive, 22, s_skip);

        var report = await RunAsync(archive, new SkipOptions());

        Assert.Equal((RestoreStatus.Partial, 39L, 2), (report!.Status, report.RecordsRestored, report.Skips.Total));
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task A_segment_that_is_in_the_log_in_part_and_damaged_since_stops_the_lane()
    {
        var (archive, _) = await ArchiveAsync();

        // What was saved last is the beginning: the log alone tells that the second segment was begun.
        await KillAsync(archive, 15, s_skip, saved: 0);
        await archive.DamageAsync("t", 0, 1);

        var report = await RunAsync(archive, s_skip);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Contains("an earlier run may have restored records of it", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(0, report.Skips.Total);
        Assert.Equal(Offsets(0, 15), Restored());
    }

    [Fact]
    public async Task A_list_of_skips_that_is_lost_stops_the_lane()
    {
        var (archive, _) = await ArchiveAsync();
        Refuse(5);
        Sinks.BeforeAppend = (target, record) =>
        {
            if (record.Offset == 30)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, "away", target.ToString());
            }
        };
        await RunAsync(archive, s_skip);
        Sinks.BeforeAppend = null;
        File.Delete(Assert.Single(SkipFiles()));

        var report = await RunAsync(archive, s_skip);

        Assert.Equal(29, Restored().Count);
        Assert.Contains(ErrorCodes.StateCorrupt.Word, Assert.Single(report!.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_map_leads_from_what_is_left_out_to_the_next_record_that_is_there()
    {
        var (archive, _) = await ArchiveAsync();
        await archive.DamageAsync("t", 0, 1);
        Refuse(5);
        Refuse(49);
        await RunAsync(archive, s_skip);

        using var job = Job(archive, s_skip, archive.Storage);
        await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        var source = job.State!.Stored.ReadLane(0)!.Sources[0];
        var map = await OffsetMap.OpenAsync(StoredLane.ChunksOf(job.State.Stored, 0, 0), new OffsetMapState(source.MapChunks, source.MapTail), null, CancellationToken.None);
        var restored = Restored();
        for (var offset = 0; offset < 60; offset++)
        {
            var next = restored.FindIndex(candidate => candidate >= offset);
            Assert.Equal(next < 0 ? restored.Count : next, (await map.TranslateAsync(offset, CancellationToken.None)).TargetOffset);
        }
    }

    [Fact]
    public async Task Preflight_lists_lost_objects_as_warnings_and_refuses_them_unless_they_may_be_left_out()
    {
        var (archive, storage) = await ArchiveAsync();
        storage.Missing.Add(archive.KeyOf("t", 0, 1));
        await archive.Storage.WriteAsync(archive.KeyOf("t", 0, 2), new byte[5], WriteMode.Replace, CancellationToken.None);

        using var strict = Job(archive, new SkipOptions { UnwritableRecords = true }, storage);
        Assert.False((await strict.CheckAsync(await strict.PlanAsync(CancellationToken.None), CancellationToken.None)).Passed);
        using var lenient = Job(archive, s_skip, storage);
        var preflight = await lenient.CheckAsync(await lenient.PlanAsync(CancellationToken.None), CancellationToken.None);

        Assert.True(preflight.Passed);
        Assert.Equal(
            [archive.KeyOf("t", 0, 1), archive.KeyOf("t", 0, 2)],
            preflight.Findings.Where(finding => finding.What.Contains("left out", StringComparison.Ordinal)).Select(finding => finding.Where!).Order(StringComparer.Ordinal));
    }

    private async Task AssertExactAsync(int seed)
    {
        var random = new Random(seed);
        var archive = new TestArchive();
        var records = TestRecords.Ordinary(random.Next(20, 200), random.Next(100), step: random.Next(1, 4));
        archive.AddSegments("t", 0, records, random.Next(2, 30));
        if (random.Next(2) == 0)
        {
            // Copies of some of it: they give what the first copy's segment lacks.
            archive.AddSegment("t", 0, [.. records.Skip(random.Next(records.Count)).Take(40)]);
        }

        await archive.WriteManifestAsync();
        Sinks.MarkersOnOpen = random.Next(3);
        var storage = new LackingStorage(archive.Storage);
        var segments = archive.Plan().Lanes.Single().Sources.Single().Segments;
        var lost = segments.Where(_ => random.Next(4) == 0).Select(segment => segment.OddKey!).ToHashSet(StringComparer.Ordinal);
        storage.Missing.UnionWith(lost);
        var refused = records.Select(record => record.Offset).Where(_ => random.Next(8) == 0).ToHashSet();
        Refuse([.. refused]);
        var expected = records.Where(record => segments.Any(segment => !lost.Contains(segment.OddKey!) && segment.StartOffset <= record.Offset && record.Offset <= segment.EndOffset))
            .Where(record => !refused.Contains(record.Offset)).ToList();

        var finished = false;
        for (var kills = random.Next(0, 6); kills > 0 && !finished; kills--)
        {
            finished = random.Next(2) == 0
                ? await KillAsync(archive, random.Next(0, 80), s_skip, storage: storage, saved: random.Next(3) == 0 ? random.Next(0, 80) : null)
                : await KillAtSkipAsync(archive, random.Next(0, 10), storage, afterwards: random.Next(2) == 0);

            // What was noted as lost comes back, and what was refused is taken now.
            if (random.Next(3) == 0)
            {
                foreach (var skip in await NotedAsync(archive, storage))
                {
                    storage.Missing.Remove(skip.Object ?? "");
                    if (!skip.IsSegment)
                    {
                        refused.Remove(skip.FirstOffset);
                    }

                    Refuse([.. refused]);
                }
            }
        }

        var report = await RunAsync(archive, s_skip, storage);
        Assert.True(report is null || report.Errors.Count == 0, $"seed {seed}: {string.Join(" | ", report?.Errors ?? [])}");
        RecordComparison.AssertEqual(
            expected,
            [.. Sinks.Log(s_target).Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))],
            $"seed {seed}",
            offsets: false);
        var noted = await NotedAsync(archive, storage);
        Assert.Equal(lost.Order(StringComparer.Ordinal), noted.Where(skip => skip.IsSegment).Select(skip => skip.Object!).Order(StringComparer.Ordinal));
        Assert.Equal(noted.Count, noted.Select(skip => (skip.Object, skip.FirstOffset)).Distinct().Count());
        if (report is not null)
        {
            Assert.Equal(report.RecordsPlanned, report.RecordsRestored + report.RecordsDeduplicated + report.RecordsInDamagedSegments + report.UnwritableRecords);
            Assert.Equal(noted.Count(skip => !skip.IsSegment), report.UnwritableRecords);
        }
    }

    private async Task<IReadOnlyList<Skip>> NotedAsync(TestArchive archive, IArchiveStorage storage)
    {
        using var job = Job(archive, s_skip, storage);
        await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        return job.State!.Stored.SkipsOf(0).Read();
    }

    /// <summary>A run that dies before some record is appended; the checkpoint that it had saved by then, or a little before, is all that is left of it. True when it was done before that.</summary>
    private Task<bool> KillAsync(TestArchive archive, int afterRecords, SkipOptions skips, IArchiveStorage? storage = null, int? saved = null)
    {
        var appended = 0;
        var copied = false;
        return DieAsync(
            archive,
            skips,
            storage ?? archive.Storage,
            (copy, die) => Sinks.BeforeAppend = (_, _) =>
            {
                if (!copied && appended >= Math.Min(saved ?? int.MaxValue, afterRecords))
                {
                    copied = true;
                    copy();
                }

                if (appended++ >= afterRecords)
                {
                    die();
                }
            });
    }

    /// <summary>A run that dies when the next record or segment is left out: before that is kept, or right behind it.</summary>
    private Task<bool> KillAtSkipAsync(TestArchive archive, int atSkip, IArchiveStorage storage, bool afterwards)
    {
        var refuse = Sinks.Refuse;
        var left = 0;
        return DieAsync(
            archive,
            s_skip,
            storage,
            (copy, die) =>
            {
                Sinks.Refuse = (target, record) =>
                {
                    var refusal = refuse?.Invoke(target, record);
                    if (refusal is not null && left++ == atSkip && !afterwards)
                    {
                        copy();
                        die();
                    }

                    return refusal;
                };
                Sinks.BeforeAppend = (_, _) =>
                {
                    if (left > atSkip && afterwards)
                    {
                        copy();
                        die();
                    }
                };
            },
            () => Sinks.Refuse = refuse);
    }

    private async Task<bool> DieAsync(TestArchive archive, SkipOptions skips, IArchiveStorage storage, Action<Action, Action> arm, Action? disarm = null)
    {
        var dead = false;
        arm(
            () => _stage.Remember("*"),
            () =>
            {
                // A checkpoint may be older than what stands in the log; what is left out never is.
                _stage.Remember("*.skips");
                dead = true;
                throw new RestoreException(ErrorCodes.Stopped, "killed", s_target.ToString());
            });
        await RunAsync(archive, skips, storage);
        Sinks.BeforeAppend = null;
        disarm?.Invoke();
        if (dead)
        {
            _stage.Forget();
        }

        return !dead;
    }

    private async Task<RestoreReport?> RunAsync(TestArchive archive, SkipOptions skips, IArchiveStorage? storage = null) =>
        (await _stage.RunAsync(archive, options => options with { Skips = skips }, storage)).Report;

    private RestoreJob Job(TestArchive archive, SkipOptions skips, IArchiveStorage storage) =>
        _stage.Job(_stage.Options(archive) with { Skips = skips }, storage);

    private void Refuse(params long[] offsets)
    {
        var earlier = Sinks.Refuse;
        var refused = offsets.ToHashSet();
        Sinks.Refuse = (target, record) => refused.Contains(record.Offset)
            ? new RestoreException(ErrorCodes.RecordTooLarge, $"the record at source offset {record.Offset} is too large", target.ToString())
            : offsets.Length == 1 ? earlier?.Invoke(target, record) : null;
    }

    private static async Task<(TestArchive Archive, LackingStorage Storage)> ArchiveAsync()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(50), 10).WriteManifestAsync();
        return (archive, new LackingStorage(archive.Storage));
    }

    private static IEnumerable<int> Offsets(int first, int count) => Enumerable.Range(first, count);

    /// <summary>Source offsets of what stands in the log; the records' keys name them.</summary>
    private List<int> Restored() => [.. Sinks.Log(s_target).Select(record => int.Parse(Streams.Text(record.Key)["key-".Length..], System.Globalization.CultureInfo.InvariantCulture))];

    private IEnumerable<string> SkipFiles() => Directory.EnumerateFiles(_stage.StateFolder, "*.skips", SearchOption.AllDirectories);
}
