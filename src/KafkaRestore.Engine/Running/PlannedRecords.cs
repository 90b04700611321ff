using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>How many records must be accounted for at the end.</summary>
internal sealed class PlannedRecords(RestoreOptions options, StoredJob? job)
{
    private readonly Dictionary<TargetPartition, JobLane> _stored = job?.Lanes.ToDictionary(static lane => lane.Target) ?? [];

    /// <summary>Records of a lane's sources; null where segments are taken at their word or the archive has lost some that were done.</summary>
    public long? Of(LanePlan lane) =>
        options.TrustSegments || (_stored.GetValueOrDefault(lane.Target) is { } stored && LaneResume.HasLostSegments(stored, lane)) ? null : lane.RecordCount;

    /// <summary>The lanes of a repartitioned topic add up together: once all are done, they must account for every record of their sources.</summary>
    public void CheckSpread(RestoreProgress progress)
    {
        foreach (var topic in progress.Lanes.Where(lane => lane.Lane.Repartitioning is not null).GroupBy(lane => lane.Lane.Target.Topic))
        {
            var owner = topic.First(lane => lane.Lane.OwnsSources);
            if (topic.All(lane => lane.State == LaneState.Done) && Of(owner.Lane) is { } planned && topic.Sum(lane => lane.AccountedFor) is var accounted && accounted != planned)
            {
                owner.End(LaneState.Failed, new RestoreException(
                    ErrorCodes.Internal, $"{accounted} records are accounted for in all partitions, the manifest counts {planned}", topic.Key));
            }
        }
    }
}
