using System.Buffers;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Writes requests to a stream: small pieces together, large ones as they are.</summary>
internal sealed class FrameWriter(Stream stream) : IDisposable
{
    private const int JoinedBytes = 16 << 10;
    private const int SmallPiece = 8 << 10;

    private byte[] _joined = ArrayPool<byte>.Shared.Rent(JoinedBytes);
    private int _count;

    /// <summary>Writes all that <paramref name="request"/> holds, in order.</summary>
    public async ValueTask WriteAsync(WireWriter request, CancellationToken cancellationToken)
    {
        foreach (var piece in request.Pieces())
        {
            if (_count + piece.Length > _joined.Length)
            {
                await SendJoinedAsync(cancellationToken).ConfigureAwait(false);
            }

            if (piece.Length <= SmallPiece)
            {
                piece.CopyTo(_joined.AsMemory(_count));
                _count += piece.Length;
            }
            else
            {
                await SendJoinedAsync(cancellationToken).ConfigureAwait(false);
                await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            }
        }

        await SendJoinedAsync(cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the memory back; no write may be under way.</summary>
    public void Dispose()
    {
        var joined = Interlocked.Exchange(ref _joined, []);
        if (joined.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private async ValueTask SendJoinedAsync(CancellationToken cancellationToken)
    {
        if (_count > 0)
        {
            await stream.WriteAsync(_joined.AsMemory(0, _count), cancellationToken).ConfigureAwait(false);
            _count = 0;
        }
    }
}
