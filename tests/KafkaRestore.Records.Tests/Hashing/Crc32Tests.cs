using System.Runtime.Intrinsics.X86;
using System.Text;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Records.Tests.Hashing;

public sealed class Crc32Tests : CrcConformance
{
    protected override uint Polynomial => 0xEDB88320;

    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("abc", 0x352441C2u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Known_texts_have_their_published_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    protected override uint Of(ReadOnlySpan<byte> bytes) => Crc32.Of(bytes);

    protected override uint InPieces(byte[] bytes, IReadOnlyList<int> ends)
    {
        var crc = default(Crc32);
        var start = 0;
        foreach (var end in ends)
        {
            crc.Append(bytes.AsSpan(start, end - start));
            start = end;
        }

        return crc.Value;
    }

    protected override uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes) => Crc32.UpdateByTables(state, bytes);

    protected override IReadOnlyList<uint> UpdateByInstructions(uint state, ReadOnlySpan<byte> bytes) =>
        Pclmulqdq.IsSupported ? [Crc32.UpdateByFolding(state, bytes)] : [];
}
