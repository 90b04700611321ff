namespace KafkaRestore.Archive.Compression;

/// <summary>A payload that is not compressed.</summary>
internal sealed class StoredDecoder : PayloadDecoder
{
    /// <inheritdoc/>
    public override bool IsComplete => true;

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        consumed = written = Math.Min(input.Length, output.Length);
        input[..written].CopyTo(output);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
