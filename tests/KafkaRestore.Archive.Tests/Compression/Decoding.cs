using KafkaRestore.Archive.Compression;

namespace KafkaRestore.Archive.Tests.Compression;

/// <summary>Drives a decoder as its users do.</summary>
internal static class Decoding
{
    /// <summary>Unpacks everything, with pieces of input and room for output of the sizes given (1 or more).</summary>
    public static byte[] All(PayloadDecoder decoder, ReadOnlySpan<byte> payload, Func<int> inputSize, Func<int> outputSize)
    {
        var unpacked = new List<byte>();
        var arrived = 0;
        var start = 0;
        while (true)
        {
            if (arrived == start)
            {
                arrived = Math.Min(payload.Length, start + inputSize());
            }

            var output = new byte[outputSize()];
            decoder.Decode(payload[start..arrived], output, out var consumed, out var written);
            start += consumed;
            unpacked.AddRange(output.AsSpan(0, written));
            if (consumed == 0 && written == 0)
            {
                if (start < arrived)
                {
                    throw new InvalidDataException($"{arrived - start} bytes are left over");
                }

                if (arrived == payload.Length)
                {
                    return [.. unpacked];
                }
            }
        }
    }

    /// <summary>Unpacks everything at once.</summary>
    public static byte[] All(PayloadDecoder decoder, ReadOnlySpan<byte> payload) => All(decoder, payload, () => int.MaxValue / 2, () => 1 << 20);

    /// <summary>Unpacks with pieces of random sizes, small ones and large ones mixed.</summary>
    public static byte[] InPieces(PayloadDecoder decoder, ReadOnlySpan<byte> payload, Random random)
    {
        var (mostIn, mostOut) = (1 << random.Next(1, 18), 1 << random.Next(1, 20));
        return All(decoder, payload, () => random.Next(1, mostIn + 1), () => random.Next(1, mostOut + 1));
    }

    /// <summary>Bytes that pack: words, runs and noise.</summary>
    public static byte[] Packable(Random random, int length)
    {
        var bytes = new List<byte>(length + 300);
        while (bytes.Count < length)
        {
            switch (random.Next(4))
            {
                case 0:
                    bytes.AddRange(Enumerable.Repeat((byte)random.Next(256), random.Next(1, 300)));
                    break;
                case 1 when bytes.Count > 10:
                    var from = random.Next(bytes.Count);
                    bytes.AddRange(bytes.GetRange(from, Math.Min(bytes.Count - from, random.Next(4, 200))));
                    break;
                default:
                    var noise = new byte[random.Next(1, 60)];
                    random.NextBytes(noise);
                    bytes.AddRange(noise);
                    break;
            }
        }

        return [.. bytes.Take(length)];
    }
}
