using KafkaRestore.Engine.State.Files;

namespace KafkaRestore.Engine.Options;

/// <summary>Where a job's state is kept, and what is done with what is there.</summary>
public sealed record StateOptions
{
    /// <summary>The summary file (<c>checkpoint_state</c>); null is a folder for the job in <see cref="Directory"/>.</summary>
    public string? CheckpointFile { get; init; }

    /// <summary>The directory that holds the state of jobs (<c>--state-dir</c>); null is the platform's.</summary>
    public string? Directory { get; init; }

    /// <summary>What holds that directory; null is this machine's file system.</summary>
    public IStateFiles? Files { get; init; }

    /// <summary>The job's name (<c>restore_id</c>); null makes one of what the job means.</summary>
    public string? RestoreId { get; init; }

    /// <summary>Compare every lane with the target from its baseline, whatever the checkpoints say (<c>--adopt</c>).</summary>
    public bool Adopt { get; init; }

    /// <summary>Begin anew whatever is there (<c>--again</c>).</summary>
    public bool Again { get; init; }

    /// <summary>Go on where the target's log has lost restored records at its beginning, without comparing them (<c>accept_emptied_target</c>).</summary>
    public bool AcceptEmptiedTarget { get; init; }
}
