namespace KafkaRestore.Metrics.Following;

/// <summary>Whose numbers they are.</summary>
/// <param name="RestoreId">The id of the restore's state: <c>restore.restore_id</c>, or a name made of what the restore means.</param>
/// <param name="BackupId">The archive's id.</param>
/// <param name="JobId">The job's id in a service; null where there is no service.</param>
public sealed record RunLabels(string RestoreId, string BackupId, string? JobId = null);
