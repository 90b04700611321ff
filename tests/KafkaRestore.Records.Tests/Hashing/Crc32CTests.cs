using System.Runtime.Intrinsics.X86;
using System.Text;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Records.Tests.Hashing;

public sealed class Crc32CTests : CrcConformance
{
    protected override uint Polynomial => 0x82F63B78;

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

    protected override uint Of(ReadOnlySpan<byte> bytes) => Crc32C.Of(bytes);

    protected override uint InPieces(byte[] bytes, IReadOnlyList<int> ends)
    {
        var crc = default(Crc32C);
        var start = 0;
        foreach (var end in ends)
        {
            crc.Append(bytes.AsSpan(start, end - start));
            start = end;
        }

        return crc.Value;
    }

    protected override uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes) => Crc32C.UpdateByTables(state, bytes);

    protected override IReadOnlyList<uint> UpdateByInstructions(uint state, ReadOnlySpan<byte> bytes) =>
        !Sse42.X64.IsSupported ? []
        : Pclmulqdq.IsSupported ? [Crc32C.UpdateByInstruction(state, bytes), Crc32C.UpdateByFolding(state, bytes)]
        : [Crc32C.UpdateByInstruction(state, bytes)];
}
