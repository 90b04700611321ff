using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State.Identity;

namespace KafkaRestore.Engine.State;

/// <summary>What <see cref="JobStore.OpenOrCreate"/> is asked for.</summary>
public sealed record JobRequest
{
    /// <summary>Where the state is.</summary>
    public required JobLocation Location { get; init; }

    /// <summary>What the job means.</summary>
    public required JobIdentity Identity { get; init; }

    /// <summary>The plan of today's archive; its segments are compared with those that the job has recorded.</summary>
    public required RestorePlan Plan { get; init; }

    /// <summary>The name that the job was given (<c>restore_id</c>); null for none.</summary>
    public string? RestoreId { get; init; }

    /// <summary>
    /// Set aside what cannot be read (<c>--adopt</c>): every lane is compared with the target from its baseline, whatever its checkpoint says. Nothing that the archive has lost
    /// counts as done with. A job that means something else is refused all the same.
    /// </summary>
    public bool Adopt { get; init; }

    /// <summary>Begin anew whatever is there (<c>--again</c>); what is there is kept under the number of its run.</summary>
    public bool Again { get; init; }

    /// <summary>Least time between two summaries while a job runs.</summary>
    public TimeSpan SummaryInterval { get; init; } = TimeSpan.FromSeconds(5);
}
