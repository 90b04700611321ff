namespace KafkaRestore.Api.Contracts;

/// <summary>A job that is asked for.</summary>
public sealed record JobSubmission
{
    /// <summary>The configuration of a restore, YAML or JSON (docs/configuration.md). Secrets by reference only.</summary>
    public required string Document { get; init; }

    /// <summary>What is to be done with it.</summary>
    public JobKind Kind { get; init; }

    /// <summary>What makes a repeated submission the same one, 1 to 200 printable characters; null: every submission is a new job.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Begin anew whatever an earlier job with the same meaning has done.</summary>
    public bool Again { get; init; }

    /// <summary>Do not trust saved progress: compare the target with the archive from the start, then go on.</summary>
    public bool Adopt { get; init; }

    /// <summary>Confirms <c>restore.purge_topics</c>.</summary>
    public bool Purge { get; init; }
}

/// <summary>What became of a submission.</summary>
/// <param name="Job">The job.</param>
/// <param name="IsNew">Whether this submission made it; false where an earlier one with the same key had.</param>
/// <param name="Findings">What the check before the first write found: warnings and information.</param>
public sealed record SubmitResult(JobInfo Job, bool IsNew, IReadOnlyList<FindingInfo> Findings);

/// <summary>Something that a check has found.</summary>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Code">The error code that it would be; null where it is none.</param>
/// <param name="What">What was found.</param>
/// <param name="Where">The topic, partition, object, key or line; null where <paramref name="What"/> says it.</param>
/// <param name="Hint">What to do; null where there is nothing to be done.</param>
public sealed record FindingInfo(string Severity, string? Code, string What, string? Where, string? Hint);
