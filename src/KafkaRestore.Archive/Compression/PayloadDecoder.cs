namespace KafkaRestore.Archive.Compression;

/// <summary>
/// Unpacks a segment's payload piece by piece: input is pushed in as it arrives, output is taken as room allows.
/// Memory is bounded by the codec's window, never by the payload's size.
/// </summary>
internal abstract class PayloadDecoder : IDisposable
{
    /// <summary>
    /// Unpacks as much as possible. Progress is made whenever there is input (or output held back) and room in <paramref name="output"/>.
    /// </summary>
    /// <param name="input">The next bytes of the payload.</param>
    /// <param name="output">Where unpacked bytes go.</param>
    /// <param name="consumed">Bytes of <paramref name="input"/> that are done with.</param>
    /// <param name="written">Bytes written to <paramref name="output"/>.</param>
    /// <exception cref="InvalidDataException">The payload is damaged; the message says how.</exception>
    public abstract void Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written);

    /// <summary>Whether the payload may end here: nothing is half read or held back.</summary>
    public abstract bool IsComplete { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
