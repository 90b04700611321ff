using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>
/// Tells what happened where two streams part: were records changed, left out, added, or put in another order? Looks at fingerprints of the first few
/// records on either side from the difference on.
/// </summary>
internal sealed class DifferenceJudge : IDisposable
{
    /// <summary>How many records of each side are looked at.</summary>
    public const int Reach = 64;

    private readonly ContentHash _fingerprint;
    private readonly Difference _changed;
    private readonly List<byte[]> _expected = new(Reach);
    private readonly List<byte[]> _found = new(Reach);

    /// <param name="rules">What is compared.</param>
    /// <param name="changed">What is to be said when a record was changed.</param>
    public DifferenceJudge(ContentRules rules, Difference changed)
    {
        _fingerprint = new ContentHash(rules);
        _changed = changed;
    }

    /// <summary>The next record of the archive.</summary>
    public void Expected(RecordView record) => Add(_expected, record);

    /// <summary>The next record of the target.</summary>
    public void Found(RecordView record) => Add(_found, record);

    /// <summary>The judgement, from what was seen.</summary>
    public Difference Judge() =>
        Judge(sameEnds: true)
        ?? (Holds(_expected, _found[0]) && Holds(_found, _expected[0]) ? _changed with { Kind = DifferenceKind.Order } : null)
        ?? Judge(sameEnds: false) // one side ends early, so this is not the only difference
        ?? _changed;

    /// <summary>The one thing that explains all that was seen; null when there is none.</summary>
    private Difference? Judge(bool sameEnds)
    {
        if (Continues(_expected, 1, _found, 1, sameEnds))
        {
            return _changed;
        }

        for (var left = 1; left < Math.Max(_expected.Count, _found.Count); left++)
        {
            if (left < _expected.Count && Continues(_expected, left, _found, 0, sameEnds))
            {
                return _changed with { Kind = DifferenceKind.MissingInTarget, Records = left };
            }

            if (left < _found.Count && Continues(_found, left, _expected, 0, sameEnds))
            {
                return _changed with { Kind = DifferenceKind.ExtraInTarget, Records = left };
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _fingerprint.Dispose();

    private void Add(List<byte[]> seen, RecordView record)
    {
        if (seen.Count < Reach)
        {
            _fingerprint.Append(record);
            seen.Add(_fingerprint.Take());
        }
    }

    /// <summary>
    /// Whether two streams go on alike from given places, as far as both are known, and end together where <paramref name="sameEnds"/> asks for it; an end is known when fewer
    /// records than <see cref="Reach"/> were seen.
    /// </summary>
    private static bool Continues(List<byte[]> a, int fromA, List<byte[]> b, int fromB, bool sameEnds)
    {
        var (restOfA, restOfB) = (a.Count - fromA, b.Count - fromB);
        if (sameEnds ? (a.Count < Reach && restOfA < restOfB) || (b.Count < Reach && restOfB < restOfA) : Math.Min(restOfA, restOfB) == 0)
        {
            return false;
        }

        for (var i = 0; i < Math.Min(restOfA, restOfB); i++)
        {
            if (!a[fromA + i].AsSpan().SequenceEqual(b[fromB + i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(List<byte[]> seen, byte[] fingerprint) => seen.Exists(other => other.AsSpan().SequenceEqual(fingerprint));
}
