using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>The findings of a run of checks: of each kind the first fifty of each severity, the rest counted; what ends several checks is said once.</summary>
internal sealed class FindingList
{
    private const int MostOfOneKind = 50;

    private readonly Dictionary<(Severity Severity, FindingKind Kind), int> _counts = [];
    private readonly HashSet<(ErrorCode Code, string Message)> _failures = [];
    private readonly List<Finding> _findings = [];

    /// <summary>Adds what a check has found.</summary>
    public void Add(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            var count = _counts[(finding.Severity, finding.Kind)] = _counts.GetValueOrDefault((finding.Severity, finding.Kind)) + 1;
            if (count <= MostOfOneKind)
            {
                _findings.Add(finding);
            }
        }
    }

    /// <summary>Adds what has ended a check.</summary>
    public void Add(RestoreException failure)
    {
        if (_failures.Add((failure.Code, failure.Message)))
        {
            Add([Finding.From(failure)]);
        }
    }

    /// <summary>All of them, the errors first.</summary>
    public IReadOnlyList<Finding> ToList() => [.. _findings.Concat(Rest()).OrderByDescending(static finding => finding.Severity)];

    private IEnumerable<Finding> Rest() =>
        from pair in _counts
        where pair.Value > MostOfOneKind
        select new Finding(
            pair.Key.Severity,
            pair.Key.Kind,
            $"{pair.Value - MostOfOneKind} more findings of this kind ({pair.Key.Kind})",
            Code: pair.Key.Severity == Severity.Error ? ErrorCodes.PreflightFailed : null);
}
