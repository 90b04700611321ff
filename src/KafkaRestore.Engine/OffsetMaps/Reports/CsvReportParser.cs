using System.Buffers.Text;
using System.Text;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Takes the CSV form of an offset report apart. Columns are found by the header's names, in any order; unknown ones are passed over.</summary>
internal sealed class CsvReportParser(OffsetReportLimits limits) : IReportParser
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly CsvLine _line = new();
    private readonly Dictionary<string, Mapping> _mappings = new(StringComparer.Ordinal);
    private readonly int[] _columns = new int[CsvColumns.All.Length];
    private byte[][] _lastNames = [];
    private Mapping? _last;
    private int _width;

    /// <inheritdoc/>
    public List<ReportedRun> Runs { get; } = [];

    /// <inheritdoc/>
    public string Place => $"line {_line.Number}";

    /// <inheritdoc/>
    public OffsetReportSummary Summary => new() { Entries = [.. _mappings.Values.Select(mapping => mapping.Entry())] };

    /// <inheritdoc/>
    public OffsetReportFormat Format => OffsetReportFormat.Csv;

    /// <inheritdoc/>
    public MapPair PairOf(string mapping) => _mappings[mapping].Pair;

    /// <inheritdoc/>
    public int Take(ReadOnlySpan<byte> bytes, bool isFinal)
    {
        var consumed = 0;
        try
        {
            while (consumed < bytes.Length && _line.TryRead(bytes[consumed..], isFinal, out var used))
            {
                TakeLine(bytes[consumed..]);
                consumed += used;
            }
        }
        catch (Exception damage) when (damage is FormatException or DecoderFallbackException)
        {
            throw new ReportDamage(damage is FormatException ? damage.Message : "a text is not valid UTF-8", Place, damage);
        }

        return consumed;
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (_width == 0)
        {
            throw new ReportDamage("it has no header", Place);
        }
    }

    private void TakeLine(ReadOnlySpan<byte> bytes)
    {
        if (_line.IsBlank)
        {
            return;
        }

        if (_width == 0)
        {
            TakeHeader(bytes);
            return;
        }

        if (_line.Fields != _width)
        {
            throw new FormatException($"it has {_line.Fields} fields, the header {_width}");
        }

        var mapping = MappingOf(bytes);
        var run = ReportRun.Checked(
            Number(bytes, CsvColumns.SourceOffset, null), Number(bytes, CsvColumns.TargetOffset, null), Number(bytes, CsvColumns.Length, 1));
        var timed = new TimedRun(run, Number(bytes, CsvColumns.FirstTimestamp, TimedRun.NoTimestamp), Number(bytes, CsvColumns.LastTimestamp, TimedRun.NoTimestamp));
        mapping.Note(timed);
        Runs.Add(new ReportedRun(mapping.Key, timed));
    }

    private void TakeHeader(ReadOnlySpan<byte> bytes)
    {
        Array.Fill(_columns, -1);
        for (var field = 0; field < _line.Fields; field++)
        {
            var column = Array.IndexOf(CsvColumns.All, Text(bytes, field));
            if (column >= 0 && _columns[column] >= 0)
            {
                throw new FormatException($"column '{CsvColumns.All[column]}' is given twice");
            }

            if (column >= 0)
            {
                _columns[column] = field;
            }
        }

        foreach (var needed in (string[])[CsvColumns.TargetTopic, CsvColumns.TargetPartition, CsvColumns.SourceOffset, CsvColumns.TargetOffset])
        {
            if (ColumnOf(needed) < 0)
            {
                throw new FormatException($"column '{needed}' is missing");
            }
        }

        _width = _line.Fields;
    }

    private Mapping MappingOf(ReadOnlySpan<byte> bytes)
    {
        // Nearly every line has the names of the line before.
        Span<int> columns = [ColumnOf(CsvColumns.SourceTopic), ColumnOf(CsvColumns.SourcePartition), ColumnOf(CsvColumns.TargetTopic), ColumnOf(CsvColumns.TargetPartition)];
        if (_last is not null && _line.HasSame(bytes, columns, _lastNames))
        {
            return _last;
        }

        var target = new PartitionName(Topic(bytes, columns[2]), Partition(bytes, CsvColumns.TargetPartition));
        var sourceTopic = columns[0] < 0 ? "" : Topic(bytes, columns[0]);
        var pair = new MapPair(sourceTopic.Length == 0 ? null : new PartitionName(sourceTopic, Partition(bytes, CsvColumns.SourcePartition)), target);
        var key = pair.ToString();
        if (!_mappings.TryGetValue(key, out var mapping))
        {
            if (_mappings.Count >= limits.Maps)
            {
                throw new FormatException($"it holds more than {limits.Maps} mappings");
            }

            _mappings.Add(key, mapping = new Mapping(key, pair));
        }

        _lastNames = _line.Copy(bytes, columns);
        return _last = mapping;
    }

    private int ColumnOf(string name) => _columns[Array.IndexOf(CsvColumns.All, name)];

    private string Text(ReadOnlySpan<byte> bytes, int field) => s_strict.GetString(_line.Unquoted(bytes, field));

    private string Topic(ReadOnlySpan<byte> bytes, int field) =>
        Text(bytes, field) is var topic && PartitionName.IsTopic(topic) ? topic : throw new FormatException($"'{topic}' is no topic");

    private int Partition(ReadOnlySpan<byte> bytes, string column) =>
        Number(bytes, column, null) is >= 0 and <= int.MaxValue and var partition ? (int)partition : throw new FormatException($"'{column}' is no partition");

    private long Number(ReadOnlySpan<byte> bytes, string column, long? otherwise)
    {
        var field = ColumnOf(column);
        var text = field < 0 ? [] : _line.Field(bytes, field);
        if (text.IsEmpty && otherwise is { } value)
        {
            return value;
        }

        return Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number : throw new FormatException($"'{column}' is no whole number of 64 bits");
    }

    private sealed class Mapping(string key, MapPair pair)
    {
        private TimedRun? _first;
        private TimedRun _last;

        public string Key => key;

        public MapPair Pair => pair;

        public void Note(TimedRun run)
        {
            _first ??= run;
            _last = run;
        }

        public OffsetReportEntry Entry() => new()
        {
            Pair = pair,
            SourceFirstOffset = _first!.Value.Run.Source,
            SourceLastOffset = _last.Run.SourceEnd - 1,
            TargetFirstOffset = _first.Value.Run.Target,
            TargetLastOffset = _last.Run.TargetEnd - 1,
            FirstTimestamp = _first.Value.FirstTimestamp,
            LastTimestamp = _last.LastTimestamp,
        };
    }
}
