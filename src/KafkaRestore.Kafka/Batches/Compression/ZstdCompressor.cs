using KafkaRestore.Records.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>One zstd frame to a batch, by libzstd's streaming function. The context and its tables are kept.</summary>
internal sealed unsafe class ZstdCompressor : BatchCompressor
{
    public const short Number = 4;

    // What a batch hardly exceeds; the levels' own windows of up to 128 MB would cost memory in this process and in every reader.
    private const int WindowLog = 20;
    private const int OutputBytes = ChunkBytes + (1 << 10);
    private nint _context;

    /// <summary>Creates the context.</summary>
    /// <param name="level">1 to 19; null is 3.</param>
    public ZstdCompressor(int? level)
    {
        if (level is < 1 or > 19)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "zstd has the levels 1 to 19");
        }

        try
        {
            _context = ZstdNative.CreateCompressor();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw NativeCodecs.Missing(NativeCodecs.Zstd, missing);
        }

        if (_context == 0)
        {
            throw new OutOfMemoryException("libzstd could not allocate a context");
        }

        Check(ZstdNative.SetCompressorParameter(_context, ZstdNative.CompressionLevelParameter, level ?? 3));
        Check(ZstdNative.SetCompressorParameter(_context, ZstdNative.WindowLogParameter, WindowLog));
    }

    /// <inheritdoc/>
    public override short Bits => Number;

    /// <inheritdoc/>
    public override long HeldBytes => (long)ZstdNative.SizeOfCompressor(_context);

    /// <inheritdoc/>
    public override void Begin(PackedBytes output) => Check(ZstdNative.ResetCompressor(_context, ZstdNative.ResetSession));

    /// <inheritdoc/>
    public override void Write(byte* chunk, int length, PackedBytes output)
    {
        var source = new ZstdNative.Buffer { Memory = chunk, Size = (nuint)length };
        while (source.Position < source.Size)
        {
            Step(&source, ZstdNative.ContinueFrame, output);
        }
    }

    /// <inheritdoc/>
    public override void End(PackedBytes output)
    {
        var source = default(ZstdNative.Buffer);
        while (Step(&source, ZstdNative.EndFrame, output) != 0)
        {
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ = ZstdNative.FreeCompressor(_context);
        _context = 0;
    }

    private nuint Step(ZstdNative.Buffer* source, int directive, PackedBytes output)
    {
        var target = new ZstdNative.Buffer { Memory = output.Reserve(OutputBytes), Size = OutputBytes };
        var left = Check(ZstdNative.Compress(_context, &target, source, directive));
        output.Advance((int)target.Position);
        return left;
    }

    private static nuint Check(nuint result) =>
        ZstdNative.IsError(result) == 0 ? result : throw new InvalidOperationException($"zstd: {ZstdNative.Describe(result)}");
}
