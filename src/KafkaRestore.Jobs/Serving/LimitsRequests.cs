using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What a caller of the API asks for, as the engine takes it.</summary>
internal static class LimitsRequests
{
    /// <summary>The request; 0 takes a limit away.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, USAGE: it names nothing, or what cannot be.</exception>
    public static LimitsRequest Of(LimitsChange change)
    {
        var request = new LimitsRequest { RecordsPerSecond = Rate(change.RateLimitRecordsPerSec, nameof(change.RateLimitRecordsPerSec)), BytesPerSecond = Rate(change.RateLimitBytesPerSec, nameof(change.RateLimitBytesPerSec)), MaxConcurrentPartitions = change.MaxConcurrentPartitions };
        if (change.MaxConcurrentPartitions is < 1 or > RunLimits.HighestConcurrency)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"it is a whole number from 1 to {RunLimits.HighestConcurrency}, not {change.MaxConcurrentPartitions}", RunLimits.MaxConcurrentPartitionsKey);
        }

        return request.IsEmpty ? throw new RestoreException(ErrorCodes.Usage, "no limit is named", hint: "Name at least one of rate_limit_records_per_sec, rate_limit_bytes_per_sec, max_concurrent_partitions.") : request;

        static RateRequest? Rate(long? perSecond, string name) => perSecond switch
        {
            null => null,
            0 => new RateRequest(null),
            > 0 => new RateRequest(perSecond),
            _ => throw new RestoreException(ErrorCodes.ConfigInvalid, "a limit is 1 or more, or 0 for none", name),
        };
    }
}
