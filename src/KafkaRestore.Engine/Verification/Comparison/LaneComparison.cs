using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>
/// Compares one lane's stream with its target partition in one pass: both in step to the first difference, then each to its end, so that counts and hashes are
/// always those of the whole. Holds a few blocks of either side.
/// </summary>
internal sealed class LaneComparison : IAsyncDisposable
{
    private readonly BlockCursor _expected;
    private readonly BlockCursor _found;
    private readonly ContentRules _rules;
    private readonly VerificationOptions _options;
    private readonly LaneVerification _status;
    private readonly MatchedMaps? _maps;
    private readonly CancellationToken _cancellation;
    private readonly ContentHash? _expectedHash;
    private readonly ContentHash? _foundHash;
    private Difference? _difference;
    private DifferenceJudge? _judge;

    /// <param name="expected">The lane's stream.</param>
    /// <param name="found">The records of its target partition.</param>
    /// <param name="options">What is compared; at a level other than counts.</param>
    /// <param name="status">Is told of every record read.</param>
    /// <param name="maps">Takes the offsets of records that equal each other; null: nobody does.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public LaneComparison(
        IAsyncEnumerable<RecordBlock> expected, IAsyncEnumerable<RecordBlock> found, VerificationOptions options, LaneVerification status, MatchedMaps? maps, CancellationToken cancellationToken)
    {
        _maps = maps;
        _cancellation = cancellationToken;
        _expected = new BlockCursor(expected, cancellationToken);
        _found = new BlockCursor(found, cancellationToken);
        _options = options;
        _status = status;
        _rules = new ContentRules(options.IgnoredHeaders, !options.IgnoreTimestamps);
        if (options.Level == VerificationLevel.Hashes)
        {
            _expectedHash = new ContentHash(_rules);
            _foundHash = new ContentHash(_rules);
        }
    }

    /// <summary>What is known when the comparison is stopped before its end; null while no difference is.</summary>
    public LaneVerdict? SoFar => _difference is null ? null : new LaneVerdict(_difference);

    /// <summary>Compares to both ends.</summary>
    /// <exception cref="Records.Errors.RestoreException">One of the sides cannot be read.</exception>
    public async Task<LaneVerdict> RunAsync()
    {
        // The target first, here and below: a lane that holds memory of the archive's budget must not wait for another one's.
        var equal = true;
        while (equal && await _found.FillAsync().ConfigureAwait(false) && await _expected.FillAsync().ConfigureAwait(false))
        {
            equal = PassEqual();
            await (_maps?.PutAsync(_cancellation) ?? ValueTask.CompletedTask).ConfigureAwait(false);
        }

        if (!equal)
        {
            _difference = AtCursors();
            _judge = new DifferenceJudge(_rules, _difference);
        }

        return equal ? await EndAsync().ConfigureAwait(false) : await PartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _judge?.Dispose();
        _expectedHash?.Dispose();
        _foundHash?.Dispose();
        await _expected.DisposeAsync().ConfigureAwait(false);
        await _found.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Passes the records that equal each other as far as both blocks go; false when it stands at two that do not.</summary>
    private bool PassEqual()
    {
        var (records, bytes) = (0L, 0L);
        var equal = true;
        while (equal && _expected.HasRecord && _found.HasRecord)
        {
            var expected = _expected.Current;
            var found = _found.Current;
            equal = _rules.AreEqual(expected, found);
            if (equal)
            {
                _expectedHash?.Append(expected);
                _foundHash?.Append(found);
                _maps?.Add(_expected.Source, expected.Offset, found.Offset, found.Timestamp);
                _expected.Pass(expected.Encoded.Length);
                _found.Pass(found.Encoded.Length);
                records++;
                bytes += found.Encoded.Length;
            }
        }

        _status.AddExpected(records);
        _status.AddFound(records, bytes);
        return equal;
    }

    /// <summary>At least one side has ended, and everything before is equal.</summary>
    private async Task<LaneVerdict> EndAsync()
    {
        var common = _status.Found;
        if (await _found.FillAsync().ConfigureAwait(false))
        {
            var difference = new Difference { Kind = DifferenceKind.ExtraInTarget, Position = common, TargetOffset = _found.Current.Offset };
            if (_options.AllowNewer)
            {
                await PassFoundAsync(hash: false).ConfigureAwait(false);
                return Verdict(null, newer: _status.Found - common);
            }

            _difference = difference;
            await PassFoundAsync(hash: true).ConfigureAwait(false);
            return Verdict(difference with { Records = _status.Found - common });
        }

        if (await _expected.FillAsync().ConfigureAwait(false))
        {
            var difference = new Difference { Kind = DifferenceKind.MissingInTarget, Position = common, Source = _expected.Source, SourceOffset = _expected.Current.Offset };
            _difference = difference;
            await PassExpectedAsync().ConfigureAwait(false);
            return Verdict(difference with { Records = _status.Expected - common });
        }

        return Verdict(null);
    }

    /// <summary>Reads on from the first difference to both ends.</summary>
    private async Task<LaneVerdict> PartAsync()
    {
        await PassFoundAsync(hash: true).ConfigureAwait(false);
        await PassExpectedAsync().ConfigureAwait(false);
        return Verdict(_judge!.Judge());
    }

    private async Task PassFoundAsync(bool hash)
    {
        while (await _found.FillAsync().ConfigureAwait(false))
        {
            PassBlock(hash);
        }

        void PassBlock(bool hash)
        {
            var (records, bytes) = (0L, 0L);
            while (_found.HasRecord)
            {
                var record = _found.Current;
                _judge?.Found(record);
                if (hash)
                {
                    _foundHash?.Append(record);
                }

                _found.Pass(record.Encoded.Length);
                records++;
                bytes += record.Encoded.Length;
            }

            _status.AddFound(records, bytes);
        }
    }

    private async Task PassExpectedAsync()
    {
        while (await _expected.FillAsync().ConfigureAwait(false))
        {
            PassBlock();
        }

        void PassBlock()
        {
            var records = 0L;
            while (_expected.HasRecord)
            {
                var record = _expected.Current;
                _judge?.Expected(record);
                _expectedHash?.Append(record);
                _expected.Pass(record.Encoded.Length);
                records++;
            }

            _status.AddExpected(records);
        }
    }

    private Difference AtCursors()
    {
        var expected = _expected.Current;
        var found = _found.Current;
        return new Difference
        {
            Kind = _rules.FirstDifference(expected, found) switch
            {
                "key" => DifferenceKind.Key,
                "value" => DifferenceKind.Value,
                "headers" => DifferenceKind.Headers,
                _ => DifferenceKind.Timestamp,
            },
            Position = _status.Found,
            Source = _expected.Source,
            SourceOffset = expected.Offset,
            TargetOffset = found.Offset,
        };
    }

    private LaneVerdict Verdict(Difference? difference, long newer = 0) => new(difference, newer, Hex(_expectedHash), Hex(_foundHash));

    private static string? Hex(ContentHash? hash) => hash is null ? null : Convert.ToHexStringLower(hash.Take());
}
