namespace KafkaRestore.Engine.Preparation;

/// <summary>What has just been done, in order: a run may die behind each.</summary>
internal enum PreparationStep
{
    /// <summary>The journal is on the disk; nothing is touched yet.</summary>
    Journaled,

    /// <summary>Missing topics exist.</summary>
    Created,

    /// <summary>The journal knows the new topics' ids.</summary>
    Identified,

    /// <summary>Settings of existing topics are set aside.</summary>
    SetAside,

    /// <summary>Every lane is done.</summary>
    Restored,

    /// <summary>Settings are put back; the journal still says that they are not.</summary>
    PutBack,

    /// <summary>The journal says that they are.</summary>
    Settled,
}
