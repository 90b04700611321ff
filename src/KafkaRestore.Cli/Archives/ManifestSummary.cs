using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Cli.Archives;

/// <summary>What <c>list --backup-id</c> shows of an archive.</summary>
/// <param name="BackupId">Its id.</param>
/// <param name="CreatedAt">When it was begun, epoch milliseconds.</param>
/// <param name="Topics">Its topics.</param>
internal sealed record ManifestSummary(string BackupId, long CreatedAt, IReadOnlyList<TopicSummary> Topics)
{
    public static ManifestSummary Of(Manifest manifest) =>
        new(manifest.BackupId, manifest.CreatedAt, [.. manifest.Topics.Select(TopicSummary.Of)]);
}

/// <summary>One topic of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Partitions in the archive.</param>
/// <param name="Segments">Their segments.</param>
/// <param name="Records">Their records.</param>
internal sealed record TopicSummary(string Name, int Partitions, long Segments, long Records)
{
    public static TopicSummary Of(ManifestTopic topic) => new(
        topic.Name,
        topic.Partitions.Count,
        topic.Partitions.Sum(partition => (long)partition.Segments.Count),
        topic.Partitions.Sum(partition => partition.Segments.Sum(segment => segment.RecordCount)));
}
