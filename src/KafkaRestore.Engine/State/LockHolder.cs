namespace KafkaRestore.Engine.State;

/// <summary>Who holds a job, for the one who finds it held.</summary>
public sealed record LockHolder
{
    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>The process there.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The user it runs as.</summary>
    public required string User { get; init; }

    /// <summary>When it took the job, epoch milliseconds by that machine's clock.</summary>
    public required long Since { get; init; }

    /// <summary>The job's id.</summary>
    public required string JobId { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"process {ProcessId} of {User} on {Host}, since {DateTimeOffset.FromUnixTimeMilliseconds(Since):yyyy-MM-dd HH:mm:ss} UTC, job {JobId}";
}
