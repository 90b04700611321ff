using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Tests.Running;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Sets;

/// <summary>The memory of an export does not grow with its runs. Runs alone: it looks at the process.</summary>
[Collection(nameof(AllocationTests))]
public sealed class ExportMemoryTests : IDisposable
{
    private const int Runs = 5_000_000;
    private const long MostHeld = 8 << 20;
    private readonly StoredJobMaps _stored = new();

    public void Dispose() => _stored.Dispose();

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task Five_million_single_records_are_exported_in_a_few_megabytes(OffsetReportFormat format)
    {
        using var job = _stored.Open();
        await _stored.AppendAsync(job, 0, JobMapsTests.Sparse(Runs), putAfter: 100_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watched = new WatchedStream(before);
        using var maps = JobMaps.Read(_stored.Location);

        await OffsetReportWriter.WriteAsync(watched, format, maps.Summarise(0), maps.Report(), default);

        Assert.True(watched.Written > Runs * 10L, $"{watched.Written} bytes written");
        Assert.True(watched.Looks > 10, $"looked {watched.Looks} times");
        Assert.True(watched.MostHeld < MostHeld, $"{watched.MostHeld} bytes were held at once");
    }

    /// <summary>Counts what is written and now and then what the process holds.</summary>
    private sealed class WatchedStream(long before) : Stream
    {
        private const int LookEvery = 8 << 20;
        private long _lookAt = LookEvery;

        public long Written { get; private set; }

        public long MostHeld { get; private set; }

        public int Looks { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Written += buffer.Length;
            if (Written >= _lookAt)
            {
                _lookAt += LookEvery;
                Looks++;
                MostHeld = Math.Max(MostHeld, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
