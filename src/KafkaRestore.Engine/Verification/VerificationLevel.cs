namespace KafkaRestore.Engine.Verification;

/// <summary>How closely target and archive are compared.</summary>
public enum VerificationLevel
{
    /// <summary>The number of records alone.</summary>
    Counts,

    /// <summary>Every record, and a SHA-256 over all of them on either side.</summary>
    Hashes,

    /// <summary>Every record.</summary>
    Records,
}
