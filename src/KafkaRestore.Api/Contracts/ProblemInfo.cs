using System.Text.Json.Serialization;

namespace KafkaRestore.Api.Contracts;

/// <summary>Why a request failed, as a problem document (RFC 9457).</summary>
public sealed record ProblemInfo
{
    /// <summary>The media type of such a document.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>The kind of failure: <c>urn:kafka-restore:error:</c> and the code.</summary>
    public required string Type { get; init; }

    /// <summary>What the kind of failure means.</summary>
    public required string Title { get; init; }

    /// <summary>The status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>What happened in this case.</summary>
    public required string Detail { get; init; }

    /// <summary>The error code (docs/errors.md); scripts may match it.</summary>
    public required string Code { get; init; }

    /// <summary>The object, key, line or partition concerned; null where <see cref="Detail"/> says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Where { get; init; }

    /// <summary>What to do.</summary>
    public required string Hint { get; init; }

    /// <summary>The exit code that a local run would have ended with.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Everything that speaks against a submission; empty for other failures.</summary>
    public IReadOnlyList<FindingInfo> Findings { get; init; } = [];
}
