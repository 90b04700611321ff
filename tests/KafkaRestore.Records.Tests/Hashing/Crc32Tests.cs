using System.Runtime.Intrinsics.X86;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Records.Tests.Hashing;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("abc", 0x352441C2u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Known_texts_have_their_published_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Nothing_appended_and_an_empty_span_appended_are_the_same()
    {
        var crc = default(Crc32);
        Assert.Equal(0u, crc.Value);
        crc.Append([]);
        Assert.Equal(0u, crc.Value);
    }

    [Fact]
    public void Every_length_gives_what_the_bit_by_bit_definition_gives()
    {
        var bytes = Bytes(1, 300);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Defined(bytes.AsSpan(0, length)), Crc32.Of(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Folding_and_tables_agree_on_every_length_and_state()
    {
        if (!Pclmulqdq.IsSupported)
        {
            // Elsewhere the tables are the only path, which the definition above judges.
            return;
        }

        var random = new Random(2);
        var bytes = Bytes(3, 400);
        for (var length = 64; length <= 300; length++)
        {
            var state = (uint)random.NextInt64(uint.MaxValue);
            var start = random.Next(0, 100);
            Assert.Equal(Crc32.UpdateByTables(state, bytes.AsSpan(start, length)), Crc32.UpdateByFolding(state, bytes.AsSpan(start, length)));
        }
    }

    [Fact]
    public void Pieces_of_any_size_give_the_checksum_of_the_whole() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = Bytes(seed, random.Next(0, 2000));
            var crc = default(Crc32);
            for (var position = 0; position < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - position, random.Next(4) == 0 ? random.Next(500) : random.Next(20));
                crc.Append(bytes.AsSpan(position, length));
                position += length;
                if (crc.Value != Crc32.Of(bytes.AsSpan(0, position)))
                {
                    return false;
                }
            }

            return crc.Value == Crc32.Of(bytes);
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
                state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ 0xEDB88320u;
            }
        }

        return ~state;
    }
}
