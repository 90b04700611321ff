using KafkaRestore.Api.Contracts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Api;

/// <summary>A submission that is not accepted, with everything that speaks against it.</summary>
/// <param name="reason">What it is as one failure.</param>
/// <param name="findings">All that was found, errors first.</param>
public sealed class SubmissionRefused(RestoreException reason, IReadOnlyList<FindingInfo> findings) : Exception($"{reason.Message}: {string.Join("; ", findings.Where(static finding => finding.Severity == "error").Select(static finding => $"{finding.Where}: {finding.What}"))}", reason)
{
    /// <summary>What it is as one failure.</summary>
    public RestoreException Reason => reason;

    /// <summary>All that was found, errors first.</summary>
    public IReadOnlyList<FindingInfo> Findings => findings;
}
