using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Storage.Reading;

/// <summary>An object as a forward-only stream over ranged reads; one user at a time.</summary>
internal sealed class SequentialObjectStream : Stream
{
    private readonly IArchiveStorage _storage;
    private readonly string _key;
    private readonly BufferPool _pool;
    private readonly CancellationToken _stop;
    private NativeBuffer? _buffer;
    private int _start;
    private int _count;
    private long _fetched;
    private bool _ended;
    private bool _disposed;

    public SequentialObjectStream(IArchiveStorage storage, string key, BufferPool pool, CancellationToken stop)
    {
        _storage = storage;
        _key = key;
        _pool = pool;
        _stop = stop;
    }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _fetched - _count;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_count == 0 && !_ended)
        {
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        }

        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_count == 0 && !_ended)
        {
            FetchAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _buffer?.Dispose();
            _buffer = null;
        }

        base.Dispose(disposing);
    }

    private async ValueTask FetchAsync(CancellationToken cancellationToken)
    {
        var size = _storage.Properties.PreferredReadBytes;
        _buffer ??= _pool.Rent(size);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop, cancellationToken);
        _count = await _storage.ReadAsync(_key, _fetched, _buffer.Memory[..size], both.Token).ConfigureAwait(false);
        _start = 0;
        _fetched += _count;
        _ended = _count < size;
    }

    private int Take(Span<byte> destination)
    {
        var taken = Math.Min(destination.Length, _count);
        if (taken > 0)
        {
            _buffer!.GetSpan().Slice(_start, taken).CopyTo(destination);
            _start += taken;
            _count -= taken;
        }

        return taken;
    }
}
