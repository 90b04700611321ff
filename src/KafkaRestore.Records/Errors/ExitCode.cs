namespace KafkaRestore.Records.Errors;

/// <summary>What the process tells its caller; the same for a local run and a remote one.</summary>
public enum ExitCode
{
    /// <summary>All that was asked for is done and verified.</summary>
    Done = 0,

    /// <summary>A defect of this program, or something nobody foresaw.</summary>
    Unexpected = 1,

    /// <summary>The command line or the configuration is wrong; nothing was started.</summary>
    Usage = 2,

    /// <summary>A check before the first write refused; nothing was written.</summary>
    Refused = 3,

    /// <summary>Done in part: something selected is missing, the report says what.</summary>
    Partial = 4,

    /// <summary>Stopped on request; what was written is in the report.</summary>
    Stopped = 5,
}
