using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Format;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

public sealed class OffsetMapDamageTests
{
    private static readonly RandomRuns s_runs = RandomRuns.FromSeed(7, 3_000);

    [Fact]
    public async Task Random_damage_to_a_chunk_is_told_or_harmless_and_never_a_wrong_answer()
    {
        var (map, chunks, state) = await s_runs.WriteAsync(chunkBytes: 1000);
        var expected = await AnswersAsync(map);
        var cases = from number in Gen.Choose(0, state.SealedChunks - 1) from damage in Damage select (number, damage);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            var damaged = CopyAsync(chunks, state.SealedChunks, (number, bytes) => number == drawn.number ? drawn.damage.Apply(bytes) : bytes).GetAwaiter().GetResult();
            var failure = Record.Exception(() => Assert.Equal(expected, AnswersAsync(damaged, state).GetAwaiter().GetResult()));
            if (failure is not null)
            {
                var told = Assert.IsType<RestoreException>(failure);
                Assert.Equal(ErrorCodes.StateCorrupt, told.Code);
                Assert.Equal(damaged.NameOf(drawn.number), told.Where);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public async Task Random_damage_to_a_tail_is_told_or_harmless()
    {
        var (map, chunks, state) = await s_runs.WriteAsync(chunkBytes: 1000);
        var expected = await AnswersAsync(map);
        Prop.ForAll(Damage.ToArbitrary(), damage =>
        {
            var damaged = new OffsetMapState(state.SealedChunks, damage.Apply(state.Tail.ToArray()));
            var failure = Record.Exception(() => Assert.Equal(expected, AnswersAsync(chunks, damaged).GetAwaiter().GetResult()));
            if (failure is not null)
            {
                Assert.Equal(ErrorCodes.StateCorrupt, Assert.IsType<RestoreException>(failure).Code);
                Assert.Equal(ErrorCodes.StateCorrupt, Assert.Throws<RestoreException>(() => new OffsetMapWriter(damaged)).Code);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    /// <summary>What no accident makes: damage whose checksums were made to fit. It may only fail in the known way or answer something.</summary>
    [Fact]
    public async Task Forged_chunks_never_crash()
    {
        var (_, chunks, _) = await s_runs.WriteAsync(chunkBytes: 1000);
        Prop.ForAll(Damage.ToArbitrary(), damage =>
        {
            var forged = CopyAsync(chunks, 1, (_, bytes) => Seal(damage.Apply(bytes))).GetAwaiter().GetResult();
            var failure = Record.Exception(() =>
            {
                var map = OffsetMap.OpenAsync(forged, ForgedTail(forged), null, default).GetAwaiter().GetResult();
                AnswersAsync(map).GetAwaiter().GetResult();
                map.RunsAsync(default).ToBlockingEnumerable().Count();
            });
            Assert.True(failure is null || (failure is RestoreException told && told.Code == ErrorCodes.StateCorrupt), failure?.ToString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public async Task A_missing_chunk_is_named()
    {
        var (_, chunks, state) = await s_runs.WriteAsync(chunkBytes: 1000);
        var rest = await CopyAsync(chunks, state.SealedChunks - 1, (_, bytes) => bytes);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => OffsetMap.OpenAsync(rest, state, null, default));
        Assert.Equal((ErrorCodes.StateCorrupt, rest.NameOf(state.SealedChunks - 1)), (failure.Code, failure.Where));
    }

    [Fact]
    public async Task A_chunk_of_another_writer_under_the_same_number_is_refused()
    {
        var writer = new OffsetMapWriter(OffsetMapWriter.MinChunkBytes);
        var other = new OffsetMapWriter(OffsetMapWriter.MinChunkBytes);
        for (var i = 0; i < 500; i++)
        {
            writer.Append(i * 3, i, 1);
            other.Append(i * 3, i + (i > 50 ? 1 : 0), 1);
        }

        var chunks = new InMemoryOffsetMapChunks();
        var state = writer.Snapshot();
        await state.PutAsync(chunks, default);
        var late = other.Snapshot().Pending[2];
        await chunks.PutAsync(late.Number, late.Bytes, default);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => OffsetMap.OpenAsync(chunks, state.State, null, default));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Contains("does not follow", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_that_is_replaced_while_the_map_is_open_is_noticed()
    {
        var (map, chunks, _) = await s_runs.WriteAsync(chunkBytes: 1000);
        var (_, others, _) = await RandomRuns.FromSeed(8, 3_000).WriteAsync(chunkBytes: 1000);
        var bytes = new byte[10_000];
        var count = await others.ReadAsync(1, 0, bytes, default);
        await chunks.PutAsync(1, bytes.AsMemory(0, count), default);
        var failure = await Assert.ThrowsAsync<RestoreException>(async () => await AnswersAsync(map));
        Assert.Equal((ErrorCodes.StateCorrupt, chunks.NameOf(1)), (failure.Code, failure.Where));
    }

    [Fact]
    public async Task A_claim_of_many_chunks_takes_no_memory_for_them()
    {
        var writer = new OffsetMapWriter(OffsetMapWriter.MinChunkBytes);
        writer.Append(0, 0, 1);
        var bytes = writer.Snapshot().State.Tail.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), int.MaxValue);
        var failure = await Assert.ThrowsAsync<RestoreException>(() =>
            OffsetMap.OpenAsync(new InMemoryOffsetMapChunks(), new OffsetMapState(int.MaxValue, Seal(bytes)), null, default));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
    }

    private static Gen<Change> Damage { get; } =
        from kind in Gen.Choose(0, 5) from at in Gen.Choose(0, 1_000_000) from value in Gen.Choose(1, 255) from count in Gen.Choose(1, 40)
        select new Change(kind, at, (byte)value, count);

    /// <summary>Makes the checksums fit whatever stands there.</summary>
    private static byte[] Seal(byte[] bytes)
    {
        if (bytes.Length >= ChunkHead.Bytes)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(64), Crc32C.Of(bytes.AsSpan(ChunkHead.Bytes)));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(68), Crc32C.Of(bytes.AsSpan(0, 68)));
        }

        return bytes;
    }

    /// <summary>A tail far behind, with the forged chunk as its predecessor.</summary>
    private static OffsetMapState ForgedTail(InMemoryOffsetMapChunks forged)
    {
        var head = new byte[ChunkHead.Bytes];
        forged.ReadAsync(0, 0, head, default).AsTask().GetAwaiter().GetResult();
        var builder = new ChunkBuilder();
        builder.Add(new OffsetRun(long.MaxValue - 2, long.MaxValue - 2, 1));
        return new OffsetMapState(1, builder.Build(isTail: true, 1, System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(68)), out _));
    }

    private static async Task<InMemoryOffsetMapChunks> CopyAsync(InMemoryOffsetMapChunks chunks, int count, Func<int, byte[], byte[]> change)
    {
        var copy = new InMemoryOffsetMapChunks();
        for (var number = 0; number < count; number++)
        {
            var bytes = new byte[10_000];
            var read = await chunks.ReadAsync(number, 0, bytes, default);
            await copy.PutAsync(number, change(number, bytes[..read]), default);
        }

        return copy;
    }

    private static async Task<List<OffsetTranslation>> AnswersAsync(InMemoryOffsetMapChunks chunks, OffsetMapState state) =>
        await AnswersAsync(await OffsetMap.OpenAsync(chunks, state, new OffsetMapCache(10_000), default));

    private static async Task<List<OffsetTranslation>> AnswersAsync(OffsetMap map)
    {
        var answers = new List<OffsetTranslation>();
        for (long source = 0; source < 10_000; source += 23)
        {
            answers.Add(await map.TranslateAsync(source, default));
        }

        return answers;
    }

    /// <summary>One kind of damage.</summary>
    public sealed record Change(int Kind, int At, byte Value, int Count)
    {
        public byte[] Apply(byte[] whole)
        {
            var bytes = whole.ToArray();
            var at = At % bytes.Length;
            switch (Kind)
            {
                case 0:
                    bytes[at] ^= Value;
                    return bytes;
                case 1:
                    return bytes[..at];
                case 2:
                    return [.. bytes, .. Enumerable.Repeat(Value, Count)];
                case 3:
                    bytes.AsSpan(at, Math.Min(Count, bytes.Length - at)).Fill(Value);
                    return bytes;
                case 4:
                    return [.. bytes[..at], .. bytes[Math.Min(at + Count, bytes.Length)..]];
                default:
                    bytes[at % ChunkHead.Bytes] ^= Value;
                    return bytes;
            }
        }
    }
}
