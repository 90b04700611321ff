namespace KafkaRestore.Api.Contracts;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>It restores records, and resets the consumer groups that its configuration names.</summary>
    Restore,

    /// <summary>It only resets the consumer groups that its configuration names, to where a finished restore has put what they read.</summary>
    OffsetReset,
}
