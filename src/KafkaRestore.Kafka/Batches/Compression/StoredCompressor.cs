namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>No compression.</summary>
internal sealed unsafe class StoredCompressor : BatchCompressor
{
    public const short Number = 0;

    /// <inheritdoc/>
    public override short Bits => Number;

    /// <inheritdoc/>
    public override long HeldBytes => 0;

    /// <inheritdoc/>
    public override void Begin(PackedBytes output)
    {
    }

    /// <inheritdoc/>
    public override void Write(byte* chunk, int length, PackedBytes output) => output.Append(new ReadOnlySpan<byte>(chunk, length));

    /// <inheritdoc/>
    public override void End(PackedBytes output)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
