using System.Buffers.Binary;
using KafkaRestore.Fuzz.Wire;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Fuzz.Targets;

/// <summary>
/// Answers of brokers and fetched record batches: valid ones must be read to the last byte, damaged ones must be read or refused, and neither may cost
/// memory out of proportion to its size.
/// </summary>
internal sealed class WireTarget() : FuzzTarget("wire")
{
    // An empty array or a short text is a few bytes on the wire and an object here; an exception has a stack trace.
    private const int BytesPerByte = 32;
    private const int BytesPerCase = 32 << 10;

    private static readonly int[] s_lies = [0, 1, -1, -2, 2, 100, 127, 128, 255, 10_000, short.MaxValue, 65_535, 1 << 20, int.MaxValue - 1, int.MaxValue, int.MinValue];

    private delegate string? Reading(ReadOnlySpan<byte> bytes);

    public override Task<string?> RunAsync(Random random, CancellationToken cancellationToken) =>
        Task.FromResult(random.Next(8) == 0 ? Batches(random) : Answer(random));

    private static string? Answer(Random random)
    {
        var answer = AnswerReaders.All[random.Next(AnswerReaders.All.Count)];
        var version = (short)random.Next(answer.Api.Lowest, answer.Api.Highest + 1);
        var whole = answer.Shape.Generate(random, version);
        return random.Next(8) == 0
            ? Measured(whole, bytes => answer.Read(bytes, version) is > 0 and var left ? $"{left} bytes of a valid answer were not read" : null, $"{answer} {version}")
            : Measured(Damage(random, whole, answer.Shape.Generate(random, version)), bytes => answer.Read(bytes, version) < 0 ? "less than nothing is left" : null, $"{answer} {version}");
    }

    private static string? Batches(Random random)
    {
        var count = random.Next(5);
        var whole = RecordBatches.Generate(random, count);
        return random.Next(8) == 0
            ? Measured(whole, bytes => RecordBatches.Walk(bytes, out var walked) ?? (walked == count ? null : $"{walked} of {count} valid batches were found"), "batches")
            : Measured(Damage(random, whole, RecordBatches.Generate(random, 2)), static bytes => RecordBatches.Walk(bytes, out _), "batches");
    }

    private static string? Measured(byte[] bytes, Reading read, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        string? problem = null;
        WireFormatException? refused = null;
        try
        {
            problem = read(bytes);
        }
        catch (WireFormatException refusal)
        {
            refused = refusal;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > BytesPerCase + ((long)bytes.Length * BytesPerByte))
        {
            problem ??= $"{bytes.Length} bytes made it allocate {allocated}";
        }

        return problem is not null ? $"{what}: {problem}" : refused is not null ? throw new WireFormatException(refused.Message) : null;
    }

    private static byte[] Damage(Random random, byte[] whole, byte[] other)
    {
        if (random.Next(16) == 0)
        {
            var noise = new byte[random.Next(300)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = random.Next(2) == 0 ? Mutator.Mutate(random, whole, other) : (byte[])whole.Clone();
        for (var lies = random.Next(3); lies > 0 && bytes.Length > 0; lies--)
        {
            Lie(random, bytes.AsSpan(random.Next(bytes.Length)));
        }

        return bytes;
    }

    /// <summary>Puts a length, count or offset that is not true where one may stand, in one of the ways in which they are written.</summary>
    private static void Lie(Random random, Span<byte> room)
    {
        var lie = s_lies[random.Next(s_lies.Length)];
        switch (random.Next(4))
        {
            case 0 when room.Length >= 2:
                BinaryPrimitives.WriteInt16BigEndian(room, (short)lie);
                break;
            case 1 when room.Length >= 4:
                BinaryPrimitives.WriteInt32BigEndian(room, lie);
                break;
            case 2 when room.Length >= 8:
                BinaryPrimitives.WriteInt64BigEndian(room, random.Next(2) == 0 ? lie : long.MaxValue - random.Next(200));
                break;
            default:
                var left = (uint)lie;
                for (var i = 0; i < room.Length; i++, left >>= 7)
                {
                    room[i] = (byte)(left > 0x7F ? left | 0x80 : left);
                    if (left <= 0x7F)
                    {
                        break;
                    }
                }

                break;
        }
    }
}
