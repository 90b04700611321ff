using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>How far a reset has come.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">Groups of which it is done.</param>
/// <param name="Total">Groups of which it is to be done.</param>
/// <param name="Waiting">Groups with members that are being waited for.</param>
public sealed record GroupResetProgress(GroupResetStep Step, int Done, int Total, IReadOnlyList<GroupDescription> Waiting)
{
    /// <inheritdoc/>
    public override string ToString() => Step switch
    {
        GroupResetStep.Describing => $"looking at {Total} groups",
        GroupResetStep.Waiting => $"waiting until these have no members: {string.Join("; ", Waiting.Select(GroupMembers.Describe))}",
        GroupResetStep.Reading => $"reading what {Total} groups have committed",
        GroupResetStep.Saving => $"saving what {Total} groups have committed",
        GroupResetStep.Committing => $"{Done} of {Total} groups committed",
        _ => $"reading back {Total} groups",
    };
}

/// <summary>The steps of a reset, in their order.</summary>
public enum GroupResetStep
{
    /// <summary>State and members are looked at.</summary>
    Describing,

    /// <summary>Groups with members are waited for.</summary>
    Waiting,

    /// <summary>What is committed now is read.</summary>
    Reading,

    /// <summary>It is saved.</summary>
    Saving,

    /// <summary>Offsets are committed.</summary>
    Committing,

    /// <summary>They are read back.</summary>
    ReadingBack,
}
