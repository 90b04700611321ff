namespace KafkaRestore.Engine.Lanes;

/// <summary>Where a lane stands.</summary>
public enum LaneState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Reading and writing.</summary>
    Running,

    /// <summary>Every record acknowledged and accounted for.</summary>
    Done,

    /// <summary>Ended by a failure.</summary>
    Failed,

    /// <summary>Ended because the run was stopped.</summary>
    Stopped,
}
