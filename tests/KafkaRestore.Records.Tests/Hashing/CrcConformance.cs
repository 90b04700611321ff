using FsCheck;
using FsCheck.Fluent;

namespace KafkaRestore.Records.Tests.Hashing;

/// <summary>What every bit-reflected 32-bit CRC of ours does, judged by the bit-by-bit definition.</summary>
public abstract class CrcConformance
{
    protected abstract uint Polynomial { get; }

    [Fact]
    public void Nothing_appended_and_an_empty_span_appended_are_the_same()
    {
        Assert.Equal(0u, InPieces([], []));
        Assert.Equal(0u, InPieces([], [0]));
    }

    [Fact]
    public void Every_length_gives_what_the_bit_by_bit_definition_gives()
    {
        var bytes = Bytes(1, 600);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Defined(bytes.AsSpan(0, length)), Of(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void The_tables_alone_give_what_the_bit_by_bit_definition_gives()
    {
        var bytes = Bytes(2, 100);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Defined(bytes.AsSpan(0, length)), ~UpdateByTables(uint.MaxValue, bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Instructions_and_tables_agree_on_every_length_alignment_and_state()
    {
        // Where the processor has none, the definition above judges the one path there is.
        var bytes = Bytes(3, 5_000);
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var state = (uint)random.NextInt64(1L << 32);
            var length = random.Next(3) == 0 ? random.Next(64, 4_500) : random.Next(64, 400);
            var piece = bytes.AsSpan(random.Next(0, 256), length);
            var expected = UpdateByTables(state, piece);
            foreach (var found in UpdateByInstructions(state, piece))
            {
                if (found != expected)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void Pieces_of_any_size_give_the_checksum_of_the_whole() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = Bytes(seed, random.Next(0, 3000));
            var ends = new List<int>();
            for (var position = 0; position < bytes.Length;)
            {
                position = Math.Min(bytes.Length, position + (random.Next(4) == 0 ? random.Next(700) : random.Next(20)));
                ends.Add(position);
                if (InPieces(bytes, ends) != Of(bytes.AsSpan(0, position)))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    protected abstract uint Of(ReadOnlySpan<byte> bytes);

    /// <summary>The checksum of the bytes up to the last of <paramref name="ends"/>, appended in pieces that end there.</summary>
    protected abstract uint InPieces(byte[] bytes, IReadOnlyList<int> ends);

    protected abstract uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes);

    /// <summary>What each way through the processor's instructions gives, for at least 64 bytes.</summary>
    protected abstract IReadOnlyList<uint> UpdateByInstructions(uint state, ReadOnlySpan<byte> bytes);

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private uint Defined(ReadOnlySpan<byte> bytes)
    {
        var state = uint.MaxValue;
        foreach (var b in bytes)
        {
            state ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ Polynomial;
            }
        }

        return ~state;
    }
}
