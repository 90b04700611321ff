using System.IO.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>One gzip member to a batch. Unlike the others it allocates for each batch.</summary>
internal sealed unsafe class GzipCompressor : BatchCompressor
{
    public const short Number = 1;

    // zlib's own figure for the default window and memory level.
    private const int StateBytes = 268 << 10;
    private readonly ZLibCompressionOptions _options;
    private GZipStream? _stream;

    /// <summary>Keeps the level.</summary>
    /// <param name="level">1 to 9; null is 6.</param>
    public GzipCompressor(int? level)
    {
        if (level is < 1 or > 9)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "gzip has the levels 1 to 9");
        }

        _options = new ZLibCompressionOptions { CompressionLevel = level ?? 6 };
    }

    /// <inheritdoc/>
    public override short Bits => Number;

    /// <inheritdoc/>
    public override long HeldBytes => StateBytes;

    /// <inheritdoc/>
    public override void Begin(PackedBytes output) => _stream = new GZipStream(new Output(output), _options);

    /// <inheritdoc/>
    public override void Write(byte* chunk, int length, PackedBytes output) => _stream!.Write(new ReadOnlySpan<byte>(chunk, length));

    /// <inheritdoc/>
    public override void End(PackedBytes output)
    {
        _stream!.Dispose();
        _stream = null;
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream?.Dispose();

    private sealed class Output(PackedBytes output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => output.Append(buffer);

        public override void Write(byte[] buffer, int offset, int count) => output.Append(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
