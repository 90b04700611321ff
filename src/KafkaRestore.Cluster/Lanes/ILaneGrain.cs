using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>One lane of a job, or several that run together: where it is, there the lane is carried out. Its key is <c>job/number</c>.</summary>
internal interface ILaneGrain : IGrainWithStringKey
{
    /// <summary>Carries the lanes out here; where they are at work already, they go on. How they stand is reported by the silo.</summary>
    [ResponseTimeout("00:00:03")]
    Task<Json<LaneAnswer>> StartAsync(Json<LaneCommand> command);

    /// <summary>Stops them, with their progress saved.</summary>
    [ResponseTimeout("00:00:03")]
    Task StopAsync(long term);
}
