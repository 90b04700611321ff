using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>Packs the records of a batch while they are encoded, chunk by chunk. Used again for batch after batch.</summary>
internal abstract unsafe class BatchCompressor : IDisposable
{
    /// <summary>Size of a chunk in bytes: small enough to stay in the processor's cache, and the largest block of the LZ4 frames.</summary>
    public const int ChunkBytes = 64 << 10;

    /// <summary>The codec's number in the protocol.</summary>
    public abstract short Bits { get; }

    /// <summary>Bytes of memory that it holds, as far as its library says.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Creates the compressor of <paramref name="codec"/>.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="level">Its level; null for its default. Only zstd (1 to 19) and gzip (1 to 9) have levels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A codec that this program cannot write, or a level that the codec does not have.</exception>
    /// <exception cref="Records.Errors.RestoreException">The codec's library is not installed.</exception>
    public static BatchCompressor Create(ProduceCodec codec, int? level) => codec switch
    {
        ProduceCodec.None => new StoredCompressor(),
        ProduceCodec.Lz4 => new Lz4Compressor(),
        ProduceCodec.Zstd => new ZstdCompressor(level),
        ProduceCodec.Gzip => new GzipCompressor(level),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "this codec is not written as whole batches"),
    };

    /// <summary>Begins a batch.</summary>
    public abstract void Begin(PackedBytes output);

    /// <summary>Takes the next chunk: <see cref="ChunkBytes"/> bytes, only the last may be shorter. It may be overwritten afterwards.</summary>
    public abstract void Write(byte* chunk, int length, PackedBytes output);

    /// <summary>Ends the batch.</summary>
    public abstract void End(PackedBytes output);

    /// <summary>Gives its memory back.</summary>
    public abstract void Dispose();
}
