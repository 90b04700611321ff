using System.Buffers.Binary;
using System.Runtime.InteropServices;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>LZ4 frames (<see cref="Lz4Frame"/>) by liblz4's block functions, one block to a chunk.</summary>
internal sealed unsafe class Lz4Compressor : BatchCompressor
{
    public const short Number = 3;

    private const int Acceleration = 1;
    private void* _state;

    /// <summary>Allocates the compressor's table.</summary>
    public Lz4Compressor()
    {
        try
        {
            _state = NativeMemory.AlignedAlloc((nuint)Lz4Native.SizeOfState(), 16);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw NativeCodecs.Missing(NativeCodecs.Lz4, missing);
        }
    }

    /// <inheritdoc/>
    public override short Bits => Number;

    /// <inheritdoc/>
    public override long HeldBytes => Lz4Native.SizeOfState();

    /// <inheritdoc/>
    public override void Begin(PackedBytes output) => output.Append(Lz4Frame.Header);

    /// <inheritdoc/>
    public override void Write(byte* chunk, int length, PackedBytes output)
    {
        var block = output.Reserve(Lz4Frame.LengthBytes + length);

        // A block that would not become shorter is stored: Kafka's reader, like ours, knows it by the flag.
        var packed = Lz4Native.CompressFast(_state, chunk, block + Lz4Frame.LengthBytes, length, length - 1, Acceleration);
        if (packed > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(block, Lz4Frame.LengthBytes), (uint)packed);
            output.Advance(Lz4Frame.LengthBytes + packed);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(block, Lz4Frame.LengthBytes), (uint)length | Lz4Frame.StoredFlag);
            Buffer.MemoryCopy(chunk, block + Lz4Frame.LengthBytes, length, length);
            output.Advance(Lz4Frame.LengthBytes + length);
        }
    }

    /// <inheritdoc/>
    public override void End(PackedBytes output) => output.Append(Lz4Frame.EndMark);

    /// <inheritdoc/>
    public override void Dispose()
    {
        NativeMemory.AlignedFree(_state);
        _state = null;
    }
}
