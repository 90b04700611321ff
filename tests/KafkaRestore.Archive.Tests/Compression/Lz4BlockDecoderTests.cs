using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Tests.Compression;

public sealed class Lz4BlockDecoderTests
{
    private readonly BufferPool _pool = new();

    [Fact]
    public void What_the_library_packs_is_unpacked_in_pieces_of_any_size() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var original = Decoding.Packable(random, random.Next(5) == 0 ? random.Next(700_000) : random.Next(3000));
            var packed = PayloadEncoder.Encode(original, SegmentCompression.Lz4, 1, 0, 0);
            using var decoder = new Lz4BlockDecoder(_pool);
            return Decoding.InPieces(decoder, packed, random).AsSpan().SequenceEqual(original) && decoder.IsComplete;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_valid_sequences_are_unpacked_in_pieces_of_any_size() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var block = new BlockBuilder(random);
            for (var sequences = random.Next(1, 200); sequences > 0; sequences--)
            {
                var literals = Length(random);
                var reach = Math.Min(block.Length + literals, ushort.MaxValue);
                if (reach == 0)
                {
                    continue;
                }

                block.Sequence(literals, random.Next(2) == 0 ? random.Next(1, Math.Min(reach, 40) + 1) : random.Next(1, reach + 1), 4 + Length(random));
            }

            block.Last(Length(random));
            using var decoder = new Lz4BlockDecoder(_pool);
            return Decoding.InPieces(decoder, block.Payload, random).AsSpan().SequenceEqual(block.Expected) && decoder.IsComplete;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Overlapping_matches_of_every_short_distance_and_length_are_unpacked()
    {
        for (var offset = 1; offset <= 40; offset++)
        {
            foreach (var length in new[] { 4, 5, 11, 15, 16, 17, 18, 19, 20, 31, 32, 33, 100, 273, 274, 528, 1000 })
            {
                var block = new BlockBuilder(new Random(offset));
                block.Sequence(offset, offset, length);
                block.Sequence(0, offset, length + 1);
                block.Last(200);
                using var decoder = new Lz4BlockDecoder(_pool);
                Assert.Equal(block.Expected, Decoding.All(decoder, block.Payload));
                Assert.True(decoder.IsComplete);
            }
        }
    }

    [Theory]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(15 + 254)]
    [InlineData(15 + 255)]
    [InlineData(15 + 256)]
    [InlineData(15 + (255 * 4))]
    [InlineData(15 + (255 * 4000))]
    public void Lengths_that_run_on_are_read_to_their_end(int length)
    {
        var block = new BlockBuilder(new Random(length));
        block.Sequence(length, 1, 4);
        block.Sequence(length, Math.Min(length, ushort.MaxValue), length + 4);
        block.Last(length);
        using var decoder = new Lz4BlockDecoder(_pool);
        Assert.Equal(block.Expected, Decoding.All(decoder, block.Payload));
        using var slow = new Lz4BlockDecoder(_pool);
        Assert.Equal(block.Expected, Decoding.All(slow, block.Payload, () => 1, () => 7));
    }

    [Fact]
    public void A_match_may_reach_back_as_far_as_two_bytes_can_say()
    {
        var block = new BlockBuilder(new Random(1));
        block.Sequence(65_535, 65_535, 400_000);
        block.Sequence(1, 65_535, 400_000);
        block.Last(50);
        using var decoder = new Lz4BlockDecoder(_pool);
        Assert.Equal(block.Expected, Decoding.All(decoder, block.Payload, () => 1000, () => 333));
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        var block = new BlockBuilder(new Random(2));
        block.Sequence(20, 3, 300);
        block.Sequence(0, 16, 30);
        block.Last(100);
        for (var length = 0; length < block.Payload.Length; length++)
        {
            using var decoder = new Lz4BlockDecoder(_pool);
            var unpacked = Decoding.All(decoder, block.Payload.AsSpan(0, length));
            Assert.True(block.Expected.AsSpan().StartsWith(unpacked));
            Assert.False(decoder.IsComplete, $"{length} bytes");
        }
    }

    [Theory]
    [InlineData(0, "0 bytes back")]
    [InlineData(6, "6 bytes back")]
    [InlineData(65_535, "65535 bytes back")]
    public void A_match_of_what_was_never_written_is_damage(int offset, string words)
    {
        // Near the end of the input and far from it: both loops must see it.
        foreach (var padding in new[] { 0, 300 })
        {
            var packed = Sized(1000, [0x50, 1, 2, 3, 4, 5, (byte)offset, (byte)(offset >> 8), .. new byte[padding]]);
            using var decoder = new Lz4BlockDecoder(_pool);
            var damage = Assert.Throws<InvalidDataException>(() => Decoding.All(decoder, packed));
            Assert.Contains(words, damage.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-100)]
    [InlineData(-1329)]
    public void More_than_the_declared_size_is_damage(int difference)
    {
        var block = new BlockBuilder(new Random(3));
        block.Sequence(20, 3, 1000);
        block.Sequence(5, 3, 205);
        block.Last(100);
        Assert.Equal(1330, block.Expected.Length);
        var lie = (byte[])block.Payload.Clone();
        BinaryPrimitives.WriteInt32LittleEndian(lie, block.Expected.Length + difference);
        using var decoder = new Lz4BlockDecoder(_pool);
        var damage = Assert.Throws<InvalidDataException>(() => Decoding.All(decoder, lie));
        Assert.Contains("more than the declared", damage.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Less_than_the_declared_size_is_never_complete(int difference)
    {
        var block = new BlockBuilder(new Random(3));
        block.Sequence(20, 3, 1000);
        block.Last(100);
        var lie = (byte[])block.Payload.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(lie, (uint)block.Expected.Length + (uint)difference);
        using var decoder = new Lz4BlockDecoder(_pool);
        Assert.Equal(block.Expected, Decoding.All(decoder, lie));
        Assert.False(decoder.IsComplete);
    }

    [Fact]
    public void Random_bytes_are_unpacked_or_refused_and_nothing_else() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var packed = new byte[random.Next(2000)];
            random.NextBytes(packed);
            using var decoder = new Lz4BlockDecoder(_pool);
            try
            {
                Decoding.InPieces(decoder, Sized(random.Next(200_000), packed), random);
            }
            catch (InvalidDataException)
            {
            }
        }).QuickCheckThrowOnFailure();

    private static byte[] Sized(int size, byte[] block)
    {
        var payload = new byte[block.Length + 4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, size);
        block.CopyTo(payload, 4);
        return payload;
    }

    private static int Length(Random random) => random.Next(10) switch { 0 => 0, 1 => random.Next(5000), 2 => random.Next(14, 18), 3 => random.Next(268, 274), _ => random.Next(20) };

    /// <summary>Writes blocks sequence by sequence and keeps what they mean.</summary>
    private sealed class BlockBuilder(Random random)
    {
        private readonly List<byte> _block = [];
        private readonly List<byte> _expected = [];

        public int Length => _expected.Count;

        public byte[] Expected => [.. _expected];

        public byte[] Payload => Sized(_expected.Count, [.. _block]);

        public void Sequence(int literals, int offset, int match)
        {
            Literals(literals, match - 4);
            _block.Add((byte)offset);
            _block.Add((byte)(offset >> 8));
            RunOn(match - 4);
            for (var i = 0; i < match; i++)
            {
                _expected.Add(_expected[^offset]);
            }
        }

        public void Last(int literals) => Literals(literals, 0);

        private void Literals(int count, int match)
        {
            _block.Add((byte)((Math.Min(count, 15) << 4) | Math.Min(match, 15)));
            RunOn(count);
            for (var i = 0; i < count; i++)
            {
                var literal = (byte)random.Next(256);
                _block.Add(literal);
                _expected.Add(literal);
            }
        }

        private void RunOn(int length)
        {
            if (length < 15)
            {
                return;
            }

            for (length -= 15; length >= 255; length -= 255)
            {
                _block.Add(255);
            }

            _block.Add((byte)length);
        }
    }
}
