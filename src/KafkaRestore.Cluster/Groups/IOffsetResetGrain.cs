using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Groups;

/// <summary>A share of the consumer groups of a job: commits their offsets from the silo where it is. Its key is <c>job/number</c>.</summary>
internal interface IOffsetResetGrain : IGrainWithStringKey
{
    /// <summary>Commits, reads back and compares; groups with members are waited for as the job's configuration allows, so this may take long.</summary>
    /// <param name="share">The groups.</param>
    /// <param name="stop">Begins no further group.</param>
    [ResponseTimeout("24:00:00")]
    Task<Json<Outcome<GroupShareResult>>> CommitAsync(Json<GroupShare> share, CancellationToken stop);

    /// <summary>What it has said since it was last asked, such as whom it waits for.</summary>
    [ResponseTimeout("00:00:03")]
    Task<IReadOnlyList<string>> HearAsync();
}
