using System.Buffers.Binary;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Compression;

/// <summary>
/// A payload of a 4-byte little-endian size and one raw LZ4 block (docs/archive-formats.md, "payload"; LZ4 block format 1.6).
/// The library's decoder wants the whole block and room for all of its output at once; this one needs 64 KiB of history,
/// whatever the block's size.
/// </summary>
internal sealed partial class Lz4BlockDecoder : PayloadDecoder
{
    private const int History = 64 << 10;
    private const int Room = 256 << 10;

    // The last 64 KiB of output stand before _produced; what lies between _delivered and _produced waits for the caller.
    private readonly NativeBuffer _window;
    private int _produced;
    private int _delivered;

    private Step _step = Step.Size;
    private int _sizeBytes;
    private uint _declared;
    private long _total;
    private int _token;
    private long _literals;
    private int _offset;
    private long _match;

    /// <summary>Rents the window.</summary>
    public Lz4BlockDecoder(BufferPool pool) => _window = pool.Rent(History + Room);

    /// <summary>The memory that one decoder takes, in bytes (the window, rounded up to a pool's size).</summary>
    public const long MemoryBytes = 512 << 10;

    private enum Step
    {
        Size,
        Token,
        LiteralLength,
        Literals,
        OffsetLow,
        OffsetHigh,
        MatchLength,
        Match,
    }

    /// <inheritdoc/>
    public override bool IsComplete =>
        _delivered == _produced && _total == _declared
        && (_step == Step.Token ? _total == 0 : _step == Step.OffsetLow);

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        var whole = input.Length;
        written = Deliver(output);
        while (written < output.Length)
        {
            if (!Advance(ref input))
            {
                written += Deliver(output[written..]);
                break;
            }

            if (_produced == _window.Capacity || _produced - _delivered >= Room / 2)
            {
                written += Deliver(output[written..]);
            }
        }

        consumed = whole - input.Length;
    }

    /// <inheritdoc/>
    public override void Dispose() => _window.Dispose();

    /// <summary>Does the next step; false when it needs more input or more room.</summary>
    private bool Advance(ref ReadOnlySpan<byte> input)
    {
        switch (_step)
        {
            case Step.Size:
                if (input.IsEmpty)
                {
                    return false;
                }

                _declared |= (uint)input[0] << (8 * _sizeBytes);
                input = input[1..];
                if (++_sizeBytes == 4)
                {
                    _step = Step.Token;
                }

                return true;

            case Step.Token:
                if (input.IsEmpty)
                {
                    return false;
                }

                if (DecodeFast(ref input))
                {
                    return true;
                }

                _token = input[0];
                input = input[1..];
                _literals = _token >> 4;
                _match = _token & 15;
                _step = _literals == 15 ? Step.LiteralLength : Step.Literals;
                return true;

            case Step.LiteralLength:
                if (!Lengthen(ref input, ref _literals))
                {
                    return false;
                }

                Claim(_literals);
                _step = Step.Literals;
                return true;

            case Step.Literals:
                return CopyLiterals(ref input);

            case Step.OffsetLow:
                if (input.IsEmpty)
                {
                    return false;
                }

                if (input.Length >= 2)
                {
                    _offset = BinaryPrimitives.ReadUInt16LittleEndian(input);
                    input = input[2..];
                    OffsetKnown();
                    return true;
                }

                _offset = input[0];
                input = input[1..];
                _step = Step.OffsetHigh;
                return true;

            case Step.OffsetHigh:
                if (input.IsEmpty)
                {
                    return false;
                }

                _offset |= input[0] << 8;
                input = input[1..];
                OffsetKnown();
                return true;

            case Step.MatchLength:
                if (!Lengthen(ref input, ref _match))
                {
                    return false;
                }

                MatchKnown();
                return true;

            default:
                return CopyMatch();
        }
    }

    private void OffsetKnown()
    {
        if (_offset == 0 || _offset > Math.Min(_total, History - 1))
        {
            throw new InvalidDataException($"lz4: a match {_offset} bytes back at output position {_total}");
        }

        if (_match == 15)
        {
            _step = Step.MatchLength;
        }
        else
        {
            MatchKnown();
        }
    }

    private void MatchKnown()
    {
        _match += 4;
        Claim(_match);
        _step = Step.Match;
    }

    private static bool Lengthen(ref ReadOnlySpan<byte> input, ref long length)
    {
        for (var i = 0; i < input.Length; i++)
        {
            length += input[i];
            if (input[i] != 255)
            {
                input = input[(i + 1)..];
                return true;
            }
        }

        input = [];
        return false;
    }

    private void Claim(long length)
    {
        if (_total + length > _declared)
        {
            throw new InvalidDataException($"lz4: unpacks to more than the declared {_declared} bytes");
        }
    }

    private bool CopyLiterals(ref ReadOnlySpan<byte> input)
    {
        if (_literals == 0)
        {
            _step = Step.OffsetLow;
            return true;
        }

        if (input.IsEmpty || !MakeRoom())
        {
            return false;
        }

        var length = (int)Math.Min(_literals, Math.Min(input.Length, _window.Capacity - _produced));
        Claim(length);
        input[..length].CopyTo(_window.GetSpan()[_produced..]);
        input = input[length..];
        Produced(length);
        _literals -= length;
        return true;
    }

    private bool CopyMatch()
    {
        if (!MakeRoom())
        {
            return false;
        }

        var window = _window.GetSpan();
        var length = (int)Math.Min(_match, _window.Capacity - _produced);
        var from = _produced - _offset;
        if (_offset >= length)
        {
            window.Slice(from, length).CopyTo(window[_produced..]);
        }
        else
        {
            // The match overlaps what it writes: each round doubles what can be copied at once.
            var copied = 0;
            while (copied < length)
            {
                var step = Math.Min(_offset + copied, length - copied);
                window.Slice(from, step).CopyTo(window[(_produced + copied)..]);
                copied += step;
            }
        }

        Produced(length);
        _match -= length;
        if (_match == 0)
        {
            _step = Step.Token;
        }

        return true;
    }

    private void Produced(int length)
    {
        _produced += length;
        _total += length;
    }

    private bool MakeRoom()
    {
        if (_produced < _window.Capacity)
        {
            return true;
        }

        if (_delivered < _produced)
        {
            return false;
        }

        _window.GetSpan().Slice(_produced - History, History).CopyTo(_window.GetSpan());
        _produced = _delivered = History;
        return true;
    }

    private int Deliver(Span<byte> output)
    {
        var length = Math.Min(_produced - _delivered, output.Length);
        _window.GetSpan().Slice(_delivered, length).CopyTo(output);
        _delivered += length;
        return length;
    }
}
