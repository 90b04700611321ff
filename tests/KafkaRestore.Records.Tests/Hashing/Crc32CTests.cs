using System.Runtime.Intrinsics.X86;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Records.Tests.Hashing;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("abc", 0x364B3FB7u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Known_texts_have_their_published_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_vectors_of_rfc_3720_have_their_checksums()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0x113FDB5Cu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))]));
    }

    [Fact]
    public void Nothing_appended_and_an_empty_span_appended_are_the_same()
    {
        var crc = default(Crc32C);
        Assert.Equal(0u, crc.Value);
        crc.Append([]);
        Assert.Equal(0u, crc.Value);
    }

    [Fact]
    public void Every_length_gives_what_the_bit_by_bit_definition_gives()
    {
        var bytes = Bytes(1, 600);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Defined(bytes.AsSpan(0, length)), Crc32C.Of(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void The_tables_alone_give_what_the_bit_by_bit_definition_gives()
    {
        var bytes = Bytes(2, 100);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Defined(bytes.AsSpan(0, length)), ~Crc32C.UpdateByTables(uint.MaxValue, bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Instructions_and_tables_agree_on_every_length_alignment_and_state()
    {
        if (!Sse42.X64.IsSupported)
        {
            // Elsewhere the definition above judges the one path there is.
            return;
        }

        var bytes = Bytes(3, 5_000);
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var state = (uint)random.NextInt64(1L << 32);
            var length = random.Next(3) == 0 ? random.Next(64, 4_500) : random.Next(64, 400);
            var piece = bytes.AsSpan(random.Next(0, 256), length);
            var expected = Crc32C.UpdateByTables(state, piece);
            return Crc32C.UpdateByInstruction(state, piece) == expected
                && (!Pclmulqdq.IsSupported || Crc32C.UpdateByFolding(state, piece) == expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void Pieces_of_any_size_give_the_checksum_of_the_whole() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = Bytes(seed, random.Next(0, 3000));
            var crc = default(Crc32C);
            for (var position = 0; position < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - position, random.Next(4) == 0 ? random.Next(700) : random.Next(20));
                crc.Append(bytes.AsSpan(position, length));
                position += length;
                if (crc.Value != Crc32C.Of(bytes.AsSpan(0, position)))
                {
                    return false;
                }
            }

            return crc.Value == Crc32C.Of(bytes);
        }).QuickCheckThrowOnFailure();

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static uint Defined(ReadOnlySpan<byte> bytes)
    {
        var state = uint.MaxValue;
        foreach (var b in bytes)
        {
            state ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ 0x82F63B78u;
            }
        }

        return ~state;
    }
}
