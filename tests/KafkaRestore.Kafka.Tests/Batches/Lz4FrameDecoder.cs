using System.Buffers.Binary;
using System.Numerics;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>Reads LZ4 frames by their published description, strictly: what Kafka's Java reader would refuse fails the test.</summary>
internal static class Lz4FrameDecoder
{
    public static byte[] Decode(ReadOnlySpan<byte> frame)
    {
        Assert.Equal(0x184D2204u, BinaryPrimitives.ReadUInt32LittleEndian(frame));
        Assert.Equal(0b01_1_0_0_0_0_0, frame[4]); // version 1, independent blocks, no checksums, no size
        Assert.Equal(4 << 4, frame[5]); // 64 kB
        Assert.Equal((byte)(XxHash32(frame[4..6]) >> 8), frame[6]);
        frame = frame[7..];
        var plain = new MemoryStream();
        while (true)
        {
            var field = BinaryPrimitives.ReadUInt32LittleEndian(frame);
            frame = frame[4..];
            if (field == 0)
            {
                Assert.True(frame.IsEmpty, "bytes after the end mark");
                return plain.ToArray();
            }

            var length = (int)(field & 0x7FFFFFFF);
            Assert.InRange(length, 1, 64 << 10);
            var before = plain.Length;
            if (field >> 31 == 1)
            {
                plain.Write(frame[..length]);
            }
            else
            {
                DecodeBlock(frame[..length], plain);
            }

            Assert.InRange(plain.Length - before, 1, 64 << 10);
            frame = frame[length..];
        }
    }

    /// <summary>xxHash32 with seed 0 of fewer than four bytes.</summary>
    private static uint XxHash32(ReadOnlySpan<byte> bytes)
    {
        const uint prime1 = 2654435761, prime2 = 2246822519, prime3 = 3266489917, prime5 = 374761393;
        var hash = prime5 + (uint)bytes.Length;
        foreach (var b in bytes)
        {
            hash = BitOperations.RotateLeft(hash + (b * prime5), 11) * prime1;
        }

        hash = (hash ^ (hash >> 15)) * prime2;
        hash = (hash ^ (hash >> 13)) * prime3;
        return hash ^ (hash >> 16);
    }

    private static void DecodeBlock(ReadOnlySpan<byte> block, MemoryStream plain)
    {
        var output = new List<byte>(64 << 10);
        for (var at = 0; at < block.Length;)
        {
            var token = block[at++];
            var literals = Length(token >> 4, block, ref at);
            output.AddRange(block.Slice(at, literals));
            at += literals;
            if (at == block.Length)
            {
                break;
            }

            var distance = block[at] | (block[at + 1] << 8);
            at += 2;
            Assert.InRange(distance, 1, output.Count);
            for (var left = Length(token & 15, block, ref at) + 4; left > 0; left--)
            {
                output.Add(output[^distance]);
            }
        }

        plain.Write([.. output]);
    }

    private static int Length(int nibble, ReadOnlySpan<byte> block, ref int at)
    {
        var length = nibble;
        if (nibble == 15)
        {
            byte next;
            do
            {
                next = block[at++];
                length += next;
            }
            while (next == 255);
        }

        return length;
    }
}
