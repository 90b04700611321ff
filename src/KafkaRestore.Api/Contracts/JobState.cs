namespace KafkaRestore.Api.Contracts;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Accepted and durable; waits for its turn.</summary>
    Queued,

    /// <summary>It works.</summary>
    Running,

    /// <summary>Asked to pause; what is under way is being settled.</summary>
    Pausing,

    /// <summary>Stands still until it is resumed; its progress is saved.</summary>
    Paused,

    /// <summary>Asked to cancel; what is under way is being settled.</summary>
    Cancelling,

    /// <summary>Ended on request. What was written stays; it can be resumed.</summary>
    Cancelled,

    /// <summary>Everything is restored and accounted for.</summary>
    Done,

    /// <summary>Ended with something missing; the report says what. It can be resumed.</summary>
    Partial,

    /// <summary>A check before the first write refused it, and nothing was written. It can be resumed when the reason is gone.</summary>
    Refused,

    /// <summary>Ended by a defect or by something nobody foresaw. It can be resumed.</summary>
    Failed,
}

/// <summary>What can be said of a job by its state alone.</summary>
public static class JobStates
{
    /// <summary>Whether nothing more happens unless it is resumed.</summary>
    public static bool HasEnded(this JobState state) =>
        state is JobState.Cancelled or JobState.Done or JobState.Partial or JobState.Refused or JobState.Failed;

    /// <summary>Whether it works, or is about to stop.</summary>
    public static bool IsActive(this JobState state) => state is JobState.Running or JobState.Pausing or JobState.Cancelling;
}
