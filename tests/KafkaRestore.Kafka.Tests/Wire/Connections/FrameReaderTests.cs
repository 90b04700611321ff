using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>Answers cut out of a stream.</summary>
public sealed class FrameReaderTests
{
    [Fact]
    public void Frames_come_out_as_they_went_in_whatever_the_reads() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt[]>(),
        ArbMap.Default.ArbFor<PositiveInt>(),
        (lengths, chunk) =>
        {
            var random = new Random(chunk.Get);
            var frames = lengths.Select(length =>
            {
                // Some are larger than the buffer, some larger than what is kept.
                var frame = new byte[4 + ((long)length.Get * length.Get * 997 % (2 << 20))];
                random.NextBytes(frame);
                return frame;
            }).ToArray();
            using var stream = new ChunkedStream([.. frames.SelectMany(frame => Prefix(frame.Length).Concat(frame))], chunk.Get * 1013);
            using var reader = new FrameReader(stream, 4 << 20);

            return frames.All(frame => Next(reader)!.Value.Span.SequenceEqual(frame)) && Next(reader) is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_claimed_length_takes_no_memory_before_its_bytes_come()
    {
        using var stream = new ChunkedStream([.. Prefix(1 << 30), .. new byte[100]], 104);
        using var reader = new FrameReader(stream, int.MaxValue);

        var failure = await Assert.ThrowsAsync<WireException>(() => reader.NextAsync(CancellationToken.None).AsTask());

        Assert.Equal(WireFailure.Lost, failure.Failure);
        Assert.True(stream.LargestRead < 1 << 20, $"a read of {stream.LargestRead} bytes was offered");
    }

    private static ReadOnlyMemory<byte>? Next(FrameReader reader) => reader.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static byte[] Prefix(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }

    /// <summary>Gives at most so many bytes at once, and knows how much room it was offered.</summary>
    private sealed class ChunkedStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public int LargestRead { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LargestRead = Math.Max(LargestRead, buffer.Length);
            return await base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
        }
    }
}
