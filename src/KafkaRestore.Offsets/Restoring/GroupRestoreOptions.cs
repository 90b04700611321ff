using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>What a restore does for consumer groups.</summary>
public sealed record GroupRestoreOptions
{
    /// <summary>How source offsets become target offsets.</summary>
    public GroupStrategy Strategy { get; init; } = GroupStrategy.Map;

    /// <summary>Whether the groups of <see cref="Groups"/> are reset.</summary>
    public bool Reset { get; init; }

    /// <summary>Whether every group is reset that the origin of the offsets knows.</summary>
    public bool All { get; init; }

    /// <summary>Groups by name, glob or <c>~</c> and a regular expression.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Where the groups' source offsets are: a file or URL of any form that <see cref="Sources.SourceGroups"/> is read from, or a <see cref="ClusterAddress"/>; null: the archive's own snapshot.</summary>
    public string? OffsetsFrom { get; init; }

    /// <summary>When a group is reset.</summary>
    public ResetTime When { get; init; } = ResetTime.GroupDone;

    /// <summary>How long is waited for a group to have no members; zero: it is not.</summary>
    public TimeSpan WaitForEmpty { get; init; }

    /// <summary>The folder that plan and script are written to; null: with <see cref="GroupStrategy.Manual"/> the job's own, else nowhere.</summary>
    public string? PlanFolder { get; init; }

    /// <summary>The groups that are meant of an origin.</summary>
    public GroupSelection Selection => Groups.Count == 0 ? GroupSelection.All : GroupSelection.Parse(All ? [.. Groups, "*"] : Groups);

    /// <summary>Whether anything is asked for.</summary>
    public bool IsAsked => Reset || All || Strategy == GroupStrategy.Manual;

    /// <summary>Whether offsets are committed.</summary>
    public bool Commits => Strategy != GroupStrategy.Manual;
}

/// <summary>How source offsets become target offsets.</summary>
public enum GroupStrategy
{
    /// <summary>By the map that the restore keeps: exact, or bounded where several sources share a target partition.</summary>
    Map,

    /// <summary>By the times of records.</summary>
    TimestampBased,

    /// <summary>By a map that is made from the target after the restore.</summary>
    ClusterScan,

    /// <summary>By the map; plan and script are written, and nothing is committed.</summary>
    Manual,
}

/// <summary>When a group is reset.</summary>
public enum ResetTime
{
    /// <summary>When everything that it reads is restored.</summary>
    GroupDone,

    /// <summary>When everything is restored.</summary>
    AllDone,
}
