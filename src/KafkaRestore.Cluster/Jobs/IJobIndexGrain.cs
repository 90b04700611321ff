using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Jobs;

/// <summary>Which jobs there are. One grain for the cluster; all that it knows stands in the jobs' records, from which it begins anew.</summary>
internal interface IJobIndexGrain : IGrainWithIntegerKey
{
    /// <summary>Takes a key for a submission that is being checked.</summary>
    /// <returns>The job that was submitted under it before; null: the key is taken for the caller.</returns>
    Task<Json<Outcome<JobInfo?>>> ReserveAsync(string key, string hash);

    /// <summary>Lets a key go whose submission came to nothing.</summary>
    Task ReleaseAsync(string key);

    /// <summary>Takes a job in, or what has become of it.</summary>
    Task SetAsync(Json<ListedJob> job);

    /// <summary>A page of the jobs, the newest first, as they were last heard of.</summary>
    Task<Json<JobList>> ListAsync(Json<JobQuery> query);

    /// <summary>The jobs that somebody has to work on.</summary>
    [ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<string>> UnfinishedAsync();

    /// <summary>How many jobs there are, by state.</summary>
    Task<Json<IReadOnlyDictionary<string, int>>> CountAsync();
}

/// <summary>A job as the index keeps it.</summary>
/// <param name="Job">The job.</param>
/// <param name="IdempotencyKey">The key that it was submitted under; null for none.</param>
/// <param name="DocumentHash">What was submitted, see <c>Submissions.HashOf</c>.</param>
internal sealed record ListedJob(JobInfo Job, string? IdempotencyKey, string DocumentHash)
{
    /// <summary>Of its record.</summary>
    public static ListedJob Of(ServedJobRecord record) => new(record.Job, record.IdempotencyKey, record.DocumentHash);
}
