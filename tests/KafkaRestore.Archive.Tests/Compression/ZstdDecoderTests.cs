using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.Segments;

namespace KafkaRestore.Archive.Tests.Compression;

public sealed class ZstdDecoderTests
{
    [Fact]
    public void What_was_packed_is_unpacked_in_pieces_of_any_size() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var original = Decoding.Packable(random, random.Next(5) == 0 ? random.Next(700_000) : random.Next(3000));
            var cut = random.Next(original.Length + 1);
            byte[] packed = random.Next(2) == 0
                ? Pack(original, random.Next(1, 10))
                : [.. Pack(original[..cut], 1), .. Pack(original[cut..], 5)];
            using var decoder = new ZstdDecoder();
            return Decoding.InPieces(decoder, packed, random).AsSpan().SequenceEqual(original) && decoder.IsComplete;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_truncation_is_noticed()
    {
        var original = Decoding.Packable(new Random(1), 600);
        var packed = Pack(original, 3);
        for (var length = 1; length < packed.Length; length++)
        {
            using var decoder = new ZstdDecoder();
            var unpacked = Decoding.All(decoder, packed.AsSpan(0, length));
            Assert.True(original.AsSpan().StartsWith(unpacked));
            Assert.False(decoder.IsComplete, $"{length} bytes");
        }
    }

    [Fact]
    public void Bytes_after_the_last_frame_are_damage()
    {
        foreach (var trailing in new byte[][] { [1], [1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8] })
        {
            using var decoder = new ZstdDecoder();
            byte[] packed = [.. Pack(new byte[100], 3), .. trailing];
            var noticed = Record.Exception(() => Decoding.All(decoder, packed)) is InvalidDataException || !decoder.IsComplete;
            Assert.True(noticed, $"{trailing.Length} bytes");
        }
    }

    [Fact]
    public void A_frame_whose_window_is_beyond_the_limit_is_refused()
    {
        using var decoder = new ZstdDecoder();
        byte[] packed = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (ZstdDecoder.MaxWindowLog + 1 - 10) << 3, 0x01, 0x00, 0x00];
        var damage = Assert.Throws<InvalidDataException>(() => Decoding.All(decoder, packed));
        Assert.StartsWith("zstd: ", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_window_is_accepted()
    {
        using var decoder = new ZstdDecoder();
        Assert.Empty(Decoding.All(decoder, [0x28, 0xB5, 0x2F, 0xFD, 0x00, (ZstdDecoder.MaxWindowLog - 10) << 3, 0x01, 0x00, 0x00]));
        Assert.True(decoder.IsComplete);
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x50 }, 1 << 20)]
    [InlineData(new byte[] { 0x00, 0x57 }, (1 << 20) + (7 << 17))]
    [InlineData(new byte[] { 0x00, 0xFF }, 1 << 27)]
    [InlineData(new byte[] { 0x20, 200 }, 200)]
    [InlineData(new byte[] { 0x60, 0x10, 0x27 }, 10_256)]
    [InlineData(new byte[] { 0xA0, 0x00, 0x00, 0x20, 0x00 }, 2 << 20)]
    [InlineData(new byte[] { 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 1 << 27)]
    [InlineData(new byte[] { 0x21, 0x09, 200 }, 200)]
    public void The_memory_of_a_frame_is_known_from_its_first_bytes(byte[] header, long window)
    {
        byte[] start = [0x28, 0xB5, 0x2F, 0xFD, .. header, .. new byte[8]];
        Assert.Equal(window, ZstdDecoder.MemoryFor(start) - ZstdDecoder.MemoryFor([]));
    }

    [Fact]
    public void The_memory_of_anything_else_is_the_least_and_never_a_failure()
    {
        byte[] start = [0x28, 0xB5, 0x2F, 0xFD, 0xE3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        for (var length = 0; length < start.Length - 1; length++)
        {
            Assert.Equal(ZstdDecoder.MemoryFor([]), ZstdDecoder.MemoryFor(start.AsSpan(0, Math.Min(length, 16))));
        }

        Assert.Equal(ZstdDecoder.MemoryFor([]), ZstdDecoder.MemoryFor("not a frame at all"u8));
    }

    [Fact]
    public void Random_bytes_are_unpacked_or_refused_and_nothing_else() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var packed = Pack(Decoding.Packable(random, random.Next(1, 3000)), 3);
            for (var damages = random.Next(1, 5); damages > 0; damages--)
            {
                packed[random.Next(packed.Length)] ^= (byte)(1 << random.Next(8));
            }

            using var decoder = new ZstdDecoder();
            try
            {
                Decoding.InPieces(decoder, packed, random);
            }
            catch (InvalidDataException damage)
            {
                Assert.DoesNotContain('\n', damage.Message);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_second_disposal_does_nothing()
    {
        var decoder = new ZstdDecoder();
        decoder.Dispose();
        decoder.Dispose();
    }

    private static byte[] Pack(byte[] original, int level) => PayloadEncoder.Encode(original, SegmentCompression.Zstd, level, 0, 0);
}
