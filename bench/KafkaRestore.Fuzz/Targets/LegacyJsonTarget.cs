using System.Buffers.Binary;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Fuzz.Targets;

/// <summary>Segments of the legacy JSON form, plain and compressed.</summary>
internal sealed class LegacyJsonTarget() : FuzzTarget("json")
{
    private static readonly byte[] s_whole = Encoding.UTF8.GetBytes("""
        [{"key":"a2V5","value":"dmFsdWU=","headers":[{"key":"h","value":null},{"key":"i","value":"AA=="}],"timestamp":1700000000000,"offset":3},
         {"key":null,"value":null,"timestamp":-1,"offset":5,"more":{"a":[1,2]}},
         {"value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","timestamp":0,"offset":9}]
        """);

    public override Task<string?> RunAsync(Random random, CancellationToken cancellationToken)
    {
        var bytes = random.Next(4) == 0 ? s_whole : Mutator.Mutate(random, s_whole, s_whole);
        var ending = "";
        switch (random.Next(4))
        {
            case 0:
                (bytes, ending) = (AsZstd(bytes), ".json.zst");
                break;
            case 1:
                (bytes, ending) = (AsLz4(bytes), ".json.lz4");
                break;
        }

        if (random.Next(3) == 0)
        {
            bytes = Mutator.Mutate(random, bytes, s_whole);
        }

        var entry = new SegmentEntry
        {
            StartOffset = 3,
            EndOffset = 9,
            FirstTimestamp = 0,
            LastTimestamp = 0,
            RecordCount = 3,
            CompressedSize = random.Next(2) == 0 ? 0 : bytes.Length,
            OddKey = "fuzz/segment" + ending,
        };
        return ReadSegmentAsync(random, bytes, entry, cancellationToken);
    }

    /// <summary>One frame of one raw block, with a window of 1 KiB to 1 MiB.</summary>
    private static byte[] AsZstd(byte[] bytes) =>
        [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x50, (byte)((bytes.Length << 3) | 1), (byte)(bytes.Length >> 5), (byte)(bytes.Length >> 13), .. bytes];

    /// <summary>A size and one sequence of literals.</summary>
    private static byte[] AsLz4(byte[] bytes)
    {
        var packed = new List<byte>(new byte[4]);
        var rest = bytes.Length - 15;
        packed.Add(rest < 0 ? (byte)(bytes.Length << 4) : (byte)0xF0);
        for (; rest >= 255; rest -= 255)
        {
            packed.Add(255);
        }

        if (rest >= 0)
        {
            packed.Add((byte)rest);
        }

        packed.AddRange(bytes);
        var result = packed.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(result, bytes.Length);
        return result;
    }
}
