using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Limits;

/// <summary>Divides the limits of one job among the silos that work on it, as leases of a second or two. What it knows is gone with it: the next one begins carefully.</summary>
internal interface ILimiterGrain : IGrainWithStringKey
{
    /// <summary>Gives a silo its share from now on.</summary>
    [ResponseTimeout("00:00:02")]
    Task<Json<JobRates>> RenewAsync(Json<LeaseRequest> request);
}

/// <inheritdoc/>
internal sealed class LimiterGrain(TimeProvider time) : Grain, ILimiterGrain
{
    /// <summary>How long a share holds that is not renewed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private readonly RateShares _records = new(Lease, time);
    private readonly RateShares _bytes = new(Lease, time);
    private readonly RateShares _brokerBytes = new(Lease, time);

    /// <inheritdoc/>
    public Task<Json<JobRates>> RenewAsync(Json<LeaseRequest> request)
    {
        var asked = request.Value;
        return Task.FromResult(Json<JobRates>.Of(new JobRates(
            Share(_records, asked.Limits.RecordsPerSecond, asked.Records),
            Share(_bytes, asked.Limits.BytesPerSecond, asked.Bytes),

            // Nobody knows how a silo's bytes divide among brokers: each has its part of every broker by its lanes.
            Share(_brokerBytes, asked.Limits.BrokerBytesPerSecond, null))));

        long? Share(RateShares shares, long? limit, double? used) =>
            limit is { } most ? Math.Max(1, (long)shares.Renew(asked.Silo, most, Math.Max(1, asked.Lanes), used, asked.Silos)) : null;
    }
}
