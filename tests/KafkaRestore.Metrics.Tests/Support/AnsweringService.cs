using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Metrics.Tests.Support;

/// <summary>A service that can only say what it is.</summary>
internal sealed class AnsweringService : IRestoreService
{
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it says.</summary>
    public required Func<Task<ClusterInfo>> Answer { get; set; }

    /// <summary>Lets five seconds pass, and waits until it was asked once more and its answer was taken.</summary>
    public async Task AskedAgainAsync(ManualTime time)
    {
        for (var i = 0; i < 2; i++)
        {
            // Asked for the second time, the first answer is taken.
            _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var asked = _asked.Task;
            time.Advance(TimeSpan.FromSeconds(5));
            await asked.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public Task<ClusterInfo> ClusterAsync(CancellationToken cancellationToken)
    {
        var asked = _asked;
        try
        {
            return Answer();
        }
        finally
        {
            asked.TrySetResult();
        }
    }

    public Task<SubmitResult> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JobList> ListAsync(JobQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JobInfo> GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LaneList> LanesAsync(string id, LaneQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<JobEvent> EventsAsync(string id, long? after, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JobInfo> PauseAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JobInfo> ResumeAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JobInfo> CancelAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LimitsChanged> ChangeLimitsAsync(string id, LimitsChange change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReadOnlyMemory<byte>> ReportAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReadOnlyMemory<byte>> SnapshotAsync(string id, string snapshot, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Readiness> ReadyAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
