using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What a service keeps of a job on its disk, beside the submitted document and the report.</summary>
internal sealed record ServedJobRecord
{
    /// <summary>What an earlier life was about to do is as good as done, and what it was doing begins again.</summary>
    public ServedJobRecord Settled() => this with
    {
        Job = Job with
        {
            State = Job.State switch
            {
                JobState.Running => JobState.Queued,
                JobState.Pausing => JobState.Paused,
                JobState.Cancelling => JobState.Cancelled,
                var state => state,
            },
        },
    };

    /// <summary>Version of this form.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The job as callers see it; its state is what was last made durable.</summary>
    public required JobInfo Job { get; init; }

    /// <summary>What makes a repeated submission the same one; null for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of the document and what was asked with it.</summary>
    public required string DocumentHash { get; init; }

    /// <summary>Begin anew whatever is there; until the first run has begun.</summary>
    public bool Again { get; init; }

    /// <summary>Compare with the target from the start; until a run has ended well.</summary>
    public bool Adopt { get; init; }

    /// <summary>Whether records of the target may be deleted before the first write.</summary>
    public bool Purge { get; init; }
}
