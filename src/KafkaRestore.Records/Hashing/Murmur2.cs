using System.Buffers.Binary;

namespace KafkaRestore.Records.Hashing;

/// <summary>
/// The 32-bit MurmurHash2 with the seed that Kafka's clients use, so that a key goes where a producer would have put it
/// (<c>org.apache.kafka.clients.producer.internals.BuiltInPartitioner</c>).
/// </summary>
public static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;
    private const int Shift = 24;

    /// <summary>The hash of <paramref name="data"/>, which may be empty.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            hash = (hash * Multiplier) ^ ((word ^ (word >> Shift)) * Multiplier);
        }

        if (!data.IsEmpty)
        {
            uint rest = 0;
            for (var i = data.Length - 1; i >= 0; i--)
            {
                rest = (rest << 8) | data[i];
            }

            hash = (hash ^ rest) * Multiplier;
        }

        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
