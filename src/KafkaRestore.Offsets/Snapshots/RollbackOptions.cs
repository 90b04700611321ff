namespace KafkaRestore.Offsets.Snapshots;

/// <summary>How a rollback is done. An offset outside of the log that is not clamped is committed as it is, and named.</summary>
public sealed record RollbackOptions : GroupChangeOptions
{
    /// <summary>Whether the snapshot may be of another cluster.</summary>
    public bool OtherCluster { get; init; }

    /// <summary>Whether the result is read back and compared.</summary>
    public bool Verify { get; init; } = true;
}
