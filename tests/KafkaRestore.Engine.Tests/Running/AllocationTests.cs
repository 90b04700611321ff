using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>From storage to sink nothing is allocated per record, whatever is done to the records. Runs alone: it counts for the process.</summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Segments = 8;
    private const int BytesOfRecords = 12 << 20;

    public static TheoryData<string, SegmentCompression> Ways => new()
    {
        { "as they are", SegmentCompression.None },
        { "as they are", SegmentCompression.Zstd },
        { "as they are", SegmentCompression.Lz4 },
        { "stripped", SegmentCompression.None },
        { "stripped and added", SegmentCompression.None },
        { "in a window", SegmentCompression.None },
        { "merged", SegmentCompression.None },
        { "merged with a generation chosen", SegmentCompression.None },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Nothing_is_allocated_per_record(string way, SegmentCompression compression)
    {
        // The same bytes and segments, cut into few or many records: what differs is the records' own.
        var few = await PrepareAsync(Archive(way, compression, valueBytes: 2_000), way);
        var many = await PrepareAsync(Archive(way, compression, valueBytes: 20), way);
        foreach (var run in new[] { few, many, few, many })
        {
            await run();
        }

        var differences = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            var (bytesOfFew, recordsOfFew) = await MeasureAsync(few);
            var (bytesOfMany, recordsOfMany) = await MeasureAsync(many);
            Assert.True(recordsOfMany - recordsOfFew > 100_000);
            differences.Add((bytesOfMany - bytesOfFew) / (double)(recordsOfMany - recordsOfFew));
        }

        // The least of the rounds: whatever else the process does now and then is not the records' doing.
        Assert.True(differences.Min() < 1, $"{differences.Min():0.00} bytes per record ({string.Join(", ", differences.Select(difference => $"{difference:0.00}"))})");
    }

    private static async Task<(long Bytes, long Records)> MeasureAsync(Func<Task<long>> run)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var records = await run();
        return (GC.GetTotalAllocatedBytes(precise: true) - before, records);
    }

    private static TestArchive Archive(string way, SegmentCompression compression, int valueBytes)
    {
        var archive = new TestArchive { Compression = compression, IsolationLevel = null };
        var value = TestRecords.Bytes(valueBytes, 1);
        var perSegment = BytesOfRecords / Segments / (30 + valueBytes);
        var merged = way.StartsWith("merged", StringComparison.Ordinal);
        for (var segment = 0; segment < Segments; segment++)
        {
            // Merged ones overlap by half.
            var first = merged ? segment * perSegment / 2 : segment * perSegment;
            archive.AddSegment("t", 0, [.. Enumerable.Range(first, perSegment).Select(offset => new RecordData(offset, offset, null, value,
                way.StartsWith("stripped", StringComparison.Ordinal) ? [.. Tracking.Of(offset, offset)] : []))], uploadedAt: segment + 1);
        }

        return archive;
    }

    private static async Task<Func<Task<long>>> PrepareAsync(TestArchive archive, string way)
    {
        await archive.WriteManifestAsync();
        var options = archive.Options() with
        {
            Headers = new HeaderOptions { Strip = way.StartsWith("stripped", StringComparison.Ordinal), Add = way == "stripped and added" },
            Selection = new SelectionOptions
            {
                TimeWindowStart = way == "in a window" ? 10 : null,
                Generation = way.EndsWith("chosen", StringComparison.Ordinal) ? GenerationChoice.Newest : GenerationChoice.Refuse,
            },
        };
        var cluster = new FakeCluster().With("t", 1);
        cluster.Ranges[new TargetPartition("t", 0)] = new PartitionRange(0, 0);
        var job = new RestoreJob(options, archive.Storage, cluster, new NoSinks());
        var plan = await job.PlanAsync(CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        return async () =>
        {
            var progress = new RestoreProgress(plan, TimeProvider.System);
            var report = await job.RunAsync(plan, preflight, progress, CancellationToken.None);
            Assert.Equal("done", RunState(report));
            return report.RecordsPlanned;
        };

        // The log of the fake target stays empty, which the check after the run notices; the lane itself must be done.
        static string RunState(Reporting.RestoreReport report) =>
            report.Errors.All(error => error.StartsWith("TARGET_REWOUND", StringComparison.Ordinal)) ? "done" : string.Join(" | ", report.Errors);
    }

    private sealed class NoSinks : IRecordSinkFactory
    {
        public SinkDescription Description { get; } = new("none", "idempotent", "a test");

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IRecordSink>(new Sink(lane, observer));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private sealed class Sink(SinkLane lane, ISinkObserver observer) : IRecordSink
        {
            private readonly SourceRun[] _run = new SourceRun[1];
            private long _next = lane.ExpectedOffset;

            public long StartOffset => lane.ExpectedOffset;

            public ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken)
            {
                using (block)
                {
                    var first = RecordView.At(block.Bytes);
                    _run[0] = new SourceRun(first.Offset, block.Count);
                    observer.Acknowledged(new SinkAck(block.Source, block.Count, block.Length, _run, _next, first.Timestamp, first.Timestamp, default));
                    _next += block.Count;
                }

                return ValueTask.CompletedTask;
            }

            public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
