using System.Runtime.CompilerServices;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>
/// Reads an offset report of any form as a stream: memory is that of the summary, not of the mappings. Fields that nobody knows are passed over.
/// </summary>
/// <remarks>Not guaranteed: that the runs of a mapping ascend; <see cref="OffsetReportImport"/> checks that.</remarks>
public sealed class OffsetReportReader : IAsyncDisposable
{
    private const int FirstBuffer = 64 << 10;
    private readonly Stream _stream;
    private readonly string _where;
    private readonly OffsetReportLimits _limits;
    private IReportParser? _parser;
    private bool _started;
    private bool _done;

    /// <summary>Reads from <paramref name="stream"/>, which it disposes of.</summary>
    /// <param name="stream">The report.</param>
    /// <param name="where">Its name for messages.</param>
    /// <param name="limits">What it may hold at most.</param>
    public OffsetReportReader(Stream stream, string where, OffsetReportLimits? limits = null)
    {
        _stream = stream;
        _where = where;
        _limits = limits ?? OffsetReportLimits.Default;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="RestoreException">STORAGE_UNAVAILABLE or STORAGE_DENIED.</exception>
    public static OffsetReportReader Open(string path, OffsetReportLimits? limits = null)
    {
        try
        {
            return new OffsetReportReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1), path, limits);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new RestoreException(ErrorCodes.StorageDenied, "the offset report may not be read, or is a directory", path, "Check the path and the file's mode.", failure);
        }
        catch (IOException failure)
        {
            throw new RestoreException(ErrorCodes.StorageUnavailable, $"the offset report cannot be opened: {failure.Message}", path, "Check the path.", failure);
        }
    }

    /// <summary>What the report holds beside its mappings.</summary>
    /// <exception cref="InvalidOperationException">The runs have not been read to their end.</exception>
    public OffsetReportSummary Summary => Parsed().Summary;

    /// <summary>The form that it has.</summary>
    /// <exception cref="InvalidOperationException">The runs have not been read to their end: a version may stand behind them.</exception>
    public OffsetReportFormat Format => Parsed().Format;

    /// <summary>From where to where a mapping leads.</summary>
    /// <param name="mapping"><see cref="ReportedRun.Mapping"/>.</param>
    /// <exception cref="InvalidOperationException">The runs have not been read to their end: what names the source may stand behind them.</exception>
    public MapPair PairOf(string mapping) => Parsed().PairOf(mapping);

    /// <summary>The runs of all mappings in the order of the file; can be asked for once.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT with the place; what was given before it is to be thrown away. STORAGE_UNAVAILABLE: the file cannot be read.</exception>
    public async IAsyncEnumerable<ReportedRun> ReadRunsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("a report is read once");
        }

        _started = true;
        var buffer = new byte[FirstBuffer];
        var held = 0;
        while (true)
        {
            var read = await FillAsync(buffer.AsMemory(held), cancellationToken).ConfigureAwait(false);
            held += read;
            var consumed = Parse(buffer.AsSpan(0, held), isFinal: read == 0);
            foreach (var run in _parser!.Runs)
            {
                yield return run;
            }

            _parser.Runs.Clear();
            if (read == 0)
            {
                break;
            }

            buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
            held -= consumed;
            buffer = Room(buffer, held);
        }

        _done = true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            // Until the buffer is full, so that the first look at the form never sees a part of its mark.
            return await _stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new RestoreException(ErrorCodes.StorageUnavailable, $"the offset report cannot be read: {failure.Message}", _where, inner: failure);
        }
    }

    private int Parse(ReadOnlySpan<byte> bytes, bool isFinal)
    {
        try
        {
            var start = 0;
            if (_parser is null)
            {
                start = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
                _parser = ParserFor(bytes[start..]);
            }

            var consumed = start + _parser.Take(bytes[start..], isFinal);
            if (isFinal)
            {
                _parser.Finish();
            }

            return consumed;
        }
        catch (ReportDamage damage)
        {
            throw damage.In(_where);
        }
    }

    private IReportParser ParserFor(ReadOnlySpan<byte> bytes)
    {
        var text = bytes.TrimStart(" \t\r\n"u8);
        return text.IsEmpty ? throw new ReportDamage("it is empty", "byte 0")
            : text[0] == (byte)'{' ? new JsonReportParser(_limits)
            : new CsvReportParser(_limits);
    }

    private byte[] Room(byte[] buffer, int held)
    {
        if (held < buffer.Length)
        {
            return buffer;
        }

        if (buffer.Length >= _limits.ValueBytes)
        {
            throw new ReportDamage($"it holds a value or line of more than {_limits.ValueBytes} bytes", _parser!.Place).In(_where);
        }

        var larger = new byte[Math.Min(buffer.Length * 2, Math.Max(_limits.ValueBytes, buffer.Length + 1))];
        buffer.CopyTo(larger, 0);
        return larger;
    }

    private IReportParser Parsed() => _done ? _parser! : throw new InvalidOperationException("the runs have not been read to their end");
}
