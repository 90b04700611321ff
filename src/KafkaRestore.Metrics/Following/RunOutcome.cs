namespace KafkaRestore.Metrics.Following;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>By a failure that nobody foresaw, or without saying how.</summary>
    Failure,

    /// <summary>Everything is restored and accounted for.</summary>
    Success,

    /// <summary>Something is missing.</summary>
    Partial,

    /// <summary>On request.</summary>
    Stopped,

    /// <summary>Before the first record.</summary>
    Refused,
}
