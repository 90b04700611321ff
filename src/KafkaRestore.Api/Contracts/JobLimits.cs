namespace KafkaRestore.Api.Contracts;

/// <summary>The limits of a job.</summary>
/// <param name="RateLimitRecordsPerSec">Most records a second over all lanes; null: no limit.</param>
/// <param name="RateLimitBytesPerSec">Most uncompressed bytes a second over all lanes; null: no limit.</param>
/// <param name="MaxConcurrentPartitions">Lanes at once.</param>
public sealed record JobLimits(long? RateLimitRecordsPerSec, long? RateLimitBytesPerSec, int MaxConcurrentPartitions);

/// <summary>Other limits for a job. What is not named stays as it is; 0 takes a rate's limit away.</summary>
public sealed record LimitsChange
{
    /// <summary>Most records a second, 1 or more; 0: no limit; null: as it is.</summary>
    public long? RateLimitRecordsPerSec { get; init; }

    /// <summary>Most uncompressed bytes a second, 1 or more; 0: no limit; null: as it is.</summary>
    public long? RateLimitBytesPerSec { get; init; }

    /// <summary>Lanes at once, 1 to 10,000; null: as it is.</summary>
    public int? MaxConcurrentPartitions { get; init; }
}

/// <summary>Limits before and after a change.</summary>
/// <param name="Before">What held.</param>
/// <param name="After">What holds now.</param>
public sealed record LimitsChanged(JobLimits Before, JobLimits After);
