using KafkaRestore.Engine.Lanes;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>How a lane stands in the process that carries it out, as the process that coordinates the job is told.</summary>
public sealed record LaneReport
{
    /// <summary>Its number in the job.</summary>
    public required int Lane { get; init; }

    /// <summary>Where it stands.</summary>
    public required LaneState State { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public LaneFailure? Failure { get; init; }

    /// <summary>Target offset that its first record got.</summary>
    public long Baseline { get; init; }

    /// <summary>Target offset behind the last record acknowledged.</summary>
    public long TargetEnd { get; init; }

    /// <summary>Records handed to the sink.</summary>
    public long Sent { get; init; }

    /// <summary>Records acknowledged, by all runs.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public long AcknowledgedBytes { get; init; }

    /// <summary>Records acknowledged or left out on purpose.</summary>
    public long AccountedFor { get; init; }

    /// <summary>Records found in the target's log and not sent.</summary>
    public long Recognised { get; init; }

    /// <summary>Records restored before this process had the lane.</summary>
    public long RestoredBefore { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public long RestoredBytesBefore { get; init; }

    /// <summary>How often what was under way was sent again.</summary>
    public long Retries { get; init; }

    /// <summary>How long records have waited for the limits.</summary>
    public TimeSpan LimiterWait { get; init; }

    /// <summary>Time since progress was kept last; null while it was not.</summary>
    public TimeSpan? SinceCheckpoint { get; init; }

    /// <summary>What the target says while the lane waits for it; null while it does not.</summary>
    public string? Trouble { get; init; }

    /// <summary>What a person should know although it is no failure.</summary>
    public string? Warning { get; init; }
}

/// <summary>A failure on its way from one process to another.</summary>
/// <param name="Code">The word of its <see cref="ErrorCode"/>.</param>
/// <param name="What">What happened.</param>
/// <param name="Where">Where; null when it has no place.</param>
/// <param name="Hint">What to do; null: the code's remedy.</param>
public sealed record LaneFailure(string Code, string What, string? Where, string? Hint)
{
    /// <summary>The failure of an exception; null for none.</summary>
    public static LaneFailure? Of(RestoreException? failure) => failure is null ? null : new LaneFailure(failure.Code.Word, failure.Message, failure.Where, failure.Hint);

    /// <summary>The same as an exception.</summary>
    public RestoreException ToException() => new(ErrorCodes.All.FirstOrDefault(code => code.Word == Code) ?? ErrorCodes.Internal, What, Where, Hint);
}
