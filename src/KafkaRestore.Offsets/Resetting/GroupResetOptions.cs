namespace KafkaRestore.Offsets.Resetting;

/// <summary>How groups are reset.</summary>
public sealed record GroupResetOptions
{
    /// <summary>Groups under way at once, 1 or more.</summary>
    public int MostAtOnce { get; init; } = 100;

    /// <summary>How long the commit of one group may take, what is asked again included; more than zero.</summary>
    public TimeSpan DeadlinePerGroup { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait until groups have no members; null: a group with members is left alone at once.</summary>
    public TimeSpan? WaitForEmpty { get; init; }
}
