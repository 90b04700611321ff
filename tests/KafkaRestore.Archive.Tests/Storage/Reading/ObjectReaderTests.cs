using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Tests.Storage.Reading;

public sealed class ObjectReaderTests
{
    private const int Piece = 4_096;
    private const int Parallel = 3;
    private static readonly CancellationToken s_none = CancellationToken.None;
    private readonly InMemoryStorage _memory = new();

    [Theory]
    [InlineData(1)]
    [InlineData(Piece - 1)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData((Piece * 7) + 5)]
    public async Task Every_way_of_reading_gives_the_same_bytes(int length)
    {
        var content = await WriteAsync("a", length);
        var storage = new PiecewiseStorage(_memory);
        var whole = new byte[length];
        var chunks = new MemoryStream();
        var streamed = new MemoryStream();
        var blocking = new MemoryStream();

        await ObjectReader.ReadWholeAsync(storage, "a", whole, s_none);
        await foreach (var chunk in ObjectReader.ReadChunksAsync(storage, "a", length))
        {
            chunks.Write(chunk.Span);
        }

        await using (var stream = ObjectReader.OpenSequential(storage, "a", s_none))
        {
            await stream.CopyToAsync(streamed, bufferSize: 1_000);
            Assert.Equal(length, stream.Position);
        }

        using (var stream = ObjectReader.OpenSequential(storage, "a", s_none))
        {
            while (stream.ReadByte() is >= 0 and var b)
            {
                blocking.WriteByte((byte)b);
            }
        }

        Assert.All([whole, chunks.ToArray(), streamed.ToArray(), blocking.ToArray()], read => Assert.True(content.AsSpan().SequenceEqual(read)));
        Assert.InRange(storage.MostAtOnce, 1, Parallel);
    }

    [Fact]
    public async Task An_empty_object_has_nothing_to_read()
    {
        await WriteAsync("a", 0);
        await ObjectReader.ReadWholeAsync(_memory, "a", Memory<byte>.Empty, s_none);
        await using var stream = ObjectReader.OpenSequential(_memory, "a", s_none);

        Assert.Equal(0, await stream.ReadAsync(new byte[10]));
        Assert.False(await ObjectReader.ReadChunksAsync(_memory, "a", 0).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Pieces_are_read_at_once()
    {
        await WriteAsync("a", Piece * Parallel);
        var storage = new PiecewiseStorage(_memory) { WaitFor = Parallel };

        await ObjectReader.ReadWholeAsync(storage, "a", new byte[Piece * Parallel], s_none);
        Assert.Equal(Parallel, storage.MostAtOnce);

        var chunks = 0;
        await foreach (var _ in ObjectReader.ReadChunksAsync(new PiecewiseStorage(_memory) { WaitFor = Parallel }, "a", Piece * Parallel))
        {
            chunks++;
        }

        Assert.Equal(Parallel, chunks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece)]
    [InlineData((Piece * 3) + 7)]
    public async Task A_shorter_object_is_corrupt_and_its_true_end_is_named(int length)
    {
        await WriteAsync("a", length);
        var storage = new PiecewiseStorage(_memory);
        const int Expected = Piece * 9;

        var whole = await Assert.ThrowsAsync<RestoreException>(async () => await ObjectReader.ReadWholeAsync(storage, "a", new byte[Expected], s_none));
        var chunked = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await foreach (var _ in ObjectReader.ReadChunksAsync(storage, "a", Expected))
            {
            }
        });

        Assert.All([whole, chunked], error => Assert.Equal(ErrorCodes.ArchiveCorrupt, error.Code));
        Assert.All([whole, chunked], error => Assert.Equal($"The object ends at byte {length}, expected {Expected}", error.Message));
        Assert.All([whole, chunked], error => Assert.Equal("a", error.Where));
    }

    [Fact]
    public async Task The_storages_failure_comes_through()
    {
        var missing = await Assert.ThrowsAsync<RestoreException>(
            async () => await ObjectReader.ReadWholeAsync(new PiecewiseStorage(_memory), "no", new byte[Piece * 5], s_none));
        await using var stream = ObjectReader.OpenSequential(_memory, "no", s_none);

        Assert.Equal(ErrorCodes.SegmentMissing, missing.Code);
        Assert.Equal(ErrorCodes.SegmentMissing, (await Assert.ThrowsAsync<RestoreException>(async () => await stream.ReadExactlyAsync(new byte[1]))).Code);
    }

    [Fact]
    public async Task Leaving_early_waits_until_nobody_writes_into_the_buffers()
    {
        await WriteAsync("a", Piece * 9);
        var storage = new PiecewiseStorage(_memory);

        await foreach (var _ in ObjectReader.ReadChunksAsync(storage, "a", Piece * 9, new BufferPool(keepBytes: 0)))
        {
            break;
        }

        Assert.Equal(0, storage.Inside);
    }

    [Fact]
    public async Task Cancelling_ends_every_way_of_reading()
    {
        await WriteAsync("a", Piece * 9);
        using var cancel = new CancellationTokenSource();
        var storage = new PiecewiseStorage(_memory) { WaitFor = int.MaxValue, OnEntered = cancel.Cancel };
        await using var stream = ObjectReader.OpenSequential(storage, "a", cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await ObjectReader.ReadWholeAsync(storage, "a", new byte[Piece * 9], cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in ObjectReader.ReadChunksAsync(storage, "a", Piece * 9).WithCancellation(cancel.Token))
            {
            }
        });
        Assert.Equal(0, storage.Inside);
    }

    private async Task<byte[]> WriteAsync(string key, int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await _memory.WriteAsync(key, content, WriteMode.Replace, s_none);
        return content;
    }

    /// <summary>Prefers small parallel reads, and counts how many there are at once.</summary>
    private sealed class PiecewiseStorage(IArchiveStorage inner) : IArchiveStorage
    {
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _gate = new();
        private int _inside;

        /// <summary>Reads wait until so many are inside at once.</summary>
        public int WaitFor { get; init; } = 1;

        public Action OnEntered { get; init; } = () => { };

        public int MostAtOnce { get; private set; }

        public int Inside => Volatile.Read(ref _inside);

        public StorageProperties Properties { get; } = new("memory", "memory://", Piece, Parallel, RereadsAreCheap: false);

        public async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++_inside);
                if (_inside >= WaitFor)
                {
                    _enough.TrySetResult();
                }
            }

            try
            {
                OnEntered();
                await Task.Yield();
                await _enough.Task.WaitAsync(cancellationToken);
                return await inner.ReadAsync(key, offset, destination, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }

        public IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
