using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

public sealed class OffsetMapCacheTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3_000)]
    [InlineData(1_000_000)]
    public async Task It_never_holds_more_than_it_may_and_every_answer_is_the_same(long limit)
    {
        var drawn = RandomRuns.FromSeed(11, 2_000);
        var (_, chunks, state) = await drawn.WriteAsync(chunkBytes: 500);
        var cache = new OffsetMapCache(limit);
        OffsetMap[] maps = [await OffsetMap.OpenAsync(chunks, state, cache, default), await OffsetMap.OpenAsync(chunks, state, cache, default)];
        var random = new Random(1);
        var sources = drawn.Records.Keys.ToArray();
        for (var i = 0; i < 2_000; i++)
        {
            var source = sources[random.Next(sources.Length)];
            Assert.Equal(drawn.Records[source], (await maps[i % 2].TranslateAsync(source, default)).TargetOffset);
            Assert.InRange(cache.UsedBytes, 0, limit);
        }
    }

    [Fact]
    public async Task What_was_used_last_is_not_read_again()
    {
        var (_, inner, state) = await RandomRuns.FromSeed(12, 2_000).WriteAsync(chunkBytes: 500);
        var chunks = new CountingChunks(inner);
        var map = await OffsetMap.OpenAsync(chunks, state, null, default);
        var afterOpening = chunks.Reads;
        Assert.Equal(state.SealedChunks, afterOpening);
        for (var source = 0; source < 200; source++)
        {
            await map.TranslateAsync(source, default);
        }

        Assert.Equal(afterOpening + 1, chunks.Reads);
        await map.TranslateAsync(map.SourceEnd!.Value - 1, default);
        await map.TranslateAsync(long.MaxValue, default);
        Assert.Equal(afterOpening + 1, chunks.Reads);
    }

    private sealed class CountingChunks(IOffsetMapChunks inner) : IOffsetMapChunks
    {
        public int Reads { get; private set; }

        public string NameOf(int number) => inner.NameOf(number);

        public ValueTask PutAsync(int number, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken) => inner.PutAsync(number, chunk, cancellationToken);

        public ValueTask<int> ReadAsync(int number, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            Reads++;
            return inner.ReadAsync(number, offset, destination, cancellationToken);
        }

        public ValueTask DeleteAllAsync(CancellationToken cancellationToken) => inner.DeleteAllAsync(cancellationToken);
    }
}
