namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>What the comparison of one lane found.</summary>
/// <param name="Difference">The first difference; null when there is none.</param>
/// <param name="Newer">Records behind the restored ones that are no difference.</param>
/// <param name="ExpectedHash">SHA-256 of what the archive's records carry, in hexadecimal; null where none is made.</param>
/// <param name="FoundHash">The same of the target's records, newer ones left out.</param>
public sealed record LaneVerdict(Difference? Difference, long Newer = 0, string? ExpectedHash = null, string? FoundHash = null);
