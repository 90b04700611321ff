using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Messages;

namespace KafkaRestore.Cluster.Jobs;

/// <summary>One job: keeps its record, coordinates its runs, answers for it. Every call may be repeated.</summary>
internal interface IRestoreJobGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that somebody works on the job; each silo asks every second.</summary>
    [ResponseTimeout("00:00:05")]
    Task EnsureAsync();

    /// <summary>The job as it stands.</summary>
    Task<Json<Outcome<JobInfo>>> GetAsync();

    /// <summary>Lets it stand still.</summary>
    Task<Json<Outcome<JobInfo>>> PauseAsync();

    /// <summary>Lets it go on.</summary>
    Task<Json<Outcome<JobInfo>>> ResumeAsync();

    /// <summary>Ends it.</summary>
    Task<Json<Outcome<JobInfo>>> CancelAsync();

    /// <summary>Changes the limits of its run.</summary>
    Task<Json<Outcome<LimitsChanged>>> ChangeLimitsAsync(Json<LimitsChange> change);

    /// <summary>How its lanes stand, or ended.</summary>
    Task<Json<Outcome<LaneList>>> LanesAsync(Json<LaneQuery> query);

    /// <summary>What happens to it; see <c>IRestoreService.EventsAsync</c>.</summary>
    IAsyncEnumerable<Json<JobEvent>> EventsAsync(long? after, CancellationToken cancellationToken);

    /// <summary>Hears from a silo how its lanes of the job stand.</summary>
    [ResponseTimeout("00:00:02")]
    Task<Json<SiloAnswer>> ReportAsync(Json<SiloReport> report);
}
