namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>
/// One record of a CSV file (RFC 4180) as places in the bytes that it was read from. Lines end with CR LF or LF; quotes stand around a whole
/// field, two of them for one inside.
/// </summary>
internal sealed class CsvLine
{
    private const int MaxFields = 1_000;
    private readonly List<Place> _places = [];
    private int _linesInside;

    /// <summary>Fields of the record.</summary>
    public int Fields => _places.Count;

    /// <summary>The line where the record begins, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Whether the record is an empty line.</summary>
    public bool IsBlank => _places is [{ Length: 0, IsQuoted: false }];

    /// <summary>Reads the record at the beginning of <paramref name="bytes"/>; false when its end is not among them yet.</summary>
    /// <exception cref="FormatException">The quotes are wrong, or it has too many fields.</exception>
    public bool TryRead(ReadOnlySpan<byte> bytes, bool isFinal, out int used)
    {
        Number += _linesInside;
        _linesInside = 0;
        _places.Clear();
        used = 0;
        var position = 0;
        while (TryReadField(bytes, isFinal, ref position, out var isLast))
        {
            if (_places.Count > MaxFields)
            {
                throw new FormatException($"it has more than {MaxFields} fields");
            }

            if (isLast)
            {
                used = position;
                _linesInside = bytes[..position].Count((byte)'\n');
                return true;
            }
        }

        return false;
    }

    /// <summary>A field as it stands there, without the quotes around it.</summary>
    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> bytes, int field) => bytes.Slice(_places[field].Start, _places[field].Length);

    /// <summary>A field with its doubled quotes made single.</summary>
    public ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> bytes, int field)
    {
        var text = Field(bytes, field);
        if (!_places[field].HasDoubled)
        {
            return text;
        }

        var single = new byte[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            single[count++] = text[i];
            i += text[i] == (byte)'"' ? 1 : 0;
        }

        return single.AsSpan(0, count);
    }

    /// <summary>Copies of fields, to compare with those of another record; -1 is a field that is not there.</summary>
    public byte[][] Copy(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> fields)
    {
        var copies = new byte[fields.Length][];
        for (var i = 0; i < fields.Length; i++)
        {
            copies[i] = fields[i] < 0 ? [] : Field(bytes, fields[i]).ToArray();
        }

        return copies;
    }

    /// <summary>Whether these fields are equal to <paramref name="copies"/>.</summary>
    public bool HasSame(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> fields, byte[][] copies)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (!(fields[i] < 0 ? [] : Field(bytes, fields[i])).SequenceEqual(copies[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadField(ReadOnlySpan<byte> bytes, bool isFinal, ref int position, out bool isLast) =>
        position < bytes.Length && bytes[position] == (byte)'"'
            ? TryReadQuoted(bytes, isFinal, ref position, out isLast)
            : TryReadPlain(bytes, isFinal, ref position, out isLast);

    private bool TryReadPlain(ReadOnlySpan<byte> bytes, bool isFinal, ref int position, out bool isLast)
    {
        var length = bytes[position..].IndexOfAny((byte)',', (byte)'\n', (byte)'"');
        isLast = true;
        if (length < 0)
        {
            _places.Add(new Place(position, WithoutCarriageReturn(bytes, position, bytes.Length) - position, false, false));
            position = bytes.Length;
            return isFinal;
        }

        var end = position + length;
        if (bytes[end] == (byte)'"')
        {
            throw new FormatException("a quote stands inside a field without quotes");
        }

        isLast = bytes[end] == (byte)'\n';
        _places.Add(new Place(position, (isLast ? WithoutCarriageReturn(bytes, position, end) : end) - position, false, false));
        position = end + 1;
        return true;
    }

    private bool TryReadQuoted(ReadOnlySpan<byte> bytes, bool isFinal, ref int position, out bool isLast)
    {
        isLast = true;
        var start = position + 1;
        var end = start;
        var hasDoubled = false;
        while (true)
        {
            var quote = bytes[end..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return isFinal ? throw new FormatException("a quote is not closed") : false;
            }

            end += quote;
            if (end + 1 >= bytes.Length || bytes[end + 1] != (byte)'"')
            {
                break;
            }

            hasDoubled = true;
            end += 2;
        }

        _places.Add(new Place(start, end - start, true, hasDoubled));
        return TryReadAfterQuote(bytes, isFinal, end + 1, ref position, out isLast);
    }

    private static bool TryReadAfterQuote(ReadOnlySpan<byte> bytes, bool isFinal, int next, ref int position, out bool isLast)
    {
        isLast = true;
        var rest = bytes[next..];
        if (rest.IsEmpty || rest is [(byte)'\r'])
        {
            position = bytes.Length;
            return isFinal;
        }

        isLast = rest[0] != (byte)',';
        position = next + (rest is [(byte)'\r', ..] ? 2 : 1);
        return rest is [(byte)',' or (byte)'\n', ..] or [(byte)'\r', (byte)'\n', ..] ? true : throw new FormatException("something stands behind a closing quote");
    }

    private static int WithoutCarriageReturn(ReadOnlySpan<byte> bytes, int start, int end) => end > start && bytes[end - 1] == (byte)'\r' ? end - 1 : end;

    private readonly record struct Place(int Start, int Length, bool IsQuoted, bool HasDoubled);
}
