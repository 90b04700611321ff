using System.Buffers.Binary;
using System.Net.Sockets;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>Connections to a real broker on which answers to Produce are damaged, and requests held back, as a test wishes.</summary>
internal sealed class FaultyWire
{
    private int _answers;
    private int _requests;

    /// <summary>What happens to the n-th answer to Produce, from 1.</summary>
    public Func<int, Fault> OnAnswer { get; init; } = static _ => Fault.None;

    /// <summary>Whether the n-th Produce request, from 1, breaks off in the middle.</summary>
    public Func<int, bool> BreaksOff { get; init; } = static _ => false;

    /// <summary>Produce requests are written only once this has completed.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>How many Produce requests have come to the gate.</summary>
    public SemaphoreSlim AtGate { get; } = new(0);

    /// <summary>Answers to Produce so far.</summary>
    public int Answers => Volatile.Read(ref _answers);

    public WireOptions Options => new() { Dial = DialAsync };

    private async ValueTask<Stream> DialAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return new Interceptor(this, new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>What happens to an answer.</summary>
    internal readonly record struct Fault(FaultKind Kind, KafkaErrorCode Code = KafkaErrorCode.NoError)
    {
        public static Fault None => default;
    }

    internal enum FaultKind
    {
        None,
        Cut,
        Twice,
        WrongCorrelation,
        Code,
    }

    private sealed class Interceptor(FaultyWire owner, NetworkStream inner) : Stream
    {
        private readonly Dictionary<int, short> _produce = [];
        private readonly Lock _gate = new();
        private int _outgoingLeft;
        private ReadOnlyMemory<byte> _incoming;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Follow(buffer.Span))
            {
                owner.AtGate.Release();
                await owner.Gate.WaitAsync(cancellationToken);
                if (owner.BreaksOff(Interlocked.Increment(ref owner._requests)))
                {
                    await inner.WriteAsync(buffer[..(buffer.Length / 2)], cancellationToken);
                    inner.Close();
                    throw new IOException("the test breaks the request off");
                }
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_incoming.IsEmpty)
            {
                _incoming = await NextAsync(cancellationToken);
            }

            var count = Math.Min(buffer.Length, _incoming.Length);
            _incoming[..count].CopyTo(buffer);
            _incoming = _incoming[count..];
            return count;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => inner.Dispose();

        /// <summary>Whether a Produce request begins in these bytes. A request's header always comes in one piece.</summary>
        private bool Follow(ReadOnlySpan<byte> bytes)
        {
            var begins = false;
            while (!bytes.IsEmpty)
            {
                if (_outgoingLeft == 0)
                {
                    _outgoingLeft = 4 + BinaryPrimitives.ReadInt32BigEndian(bytes);
                    if (BinaryPrimitives.ReadInt16BigEndian(bytes[4..]) == ProduceRequest.Definition.Key)
                    {
                        begins = true;
                        lock (_gate)
                        {
                            _produce[BinaryPrimitives.ReadInt32BigEndian(bytes[8..])] = BinaryPrimitives.ReadInt16BigEndian(bytes[6..]);
                        }
                    }
                }

                var count = Math.Min(bytes.Length, _outgoingLeft);
                _outgoingLeft -= count;
                bytes = bytes[count..];
            }

            return begins;
        }

        private async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
        {
            var prefix = new byte[4];
            if (await inner.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false, cancellationToken) < 4)
            {
                return default;
            }

            var frame = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(prefix)];
            prefix.CopyTo(frame, 0);
            await inner.ReadExactlyAsync(frame.AsMemory(4), cancellationToken);
            bool isProduce;
            lock (_gate)
            {
                isProduce = _produce.Remove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
            }

            return isProduce ? Damage(frame, owner.OnAnswer(Interlocked.Increment(ref owner._answers))) : frame;
        }

        private ReadOnlyMemory<byte> Damage(byte[] frame, Fault fault)
        {
            switch (fault.Kind)
            {
                case FaultKind.Cut:
                    inner.Close();
                    throw new IOException("the test cuts the connection");
                case FaultKind.Twice:
                    return frame.Concat(frame).ToArray();
                case FaultKind.WrongCorrelation:
                    frame[7] ^= 1;
                    return frame;
                case FaultKind.Code:
                    // Prefix, correlation id, no tags, one topic, its name, one partition, its index; then error and base offset.
                    var at = 4 + 4 + 1 + 1 + frame[10] + 1 + 4;
                    BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(at), (short)fault.Code);
                    BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(at + 2), -1);
                    return frame;
                default:
                    return frame;
            }
        }
    }
}
