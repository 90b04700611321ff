using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;
using KafkaRestore.Service.Testing;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>The service of one process does what every service must.</summary>
public sealed class StandaloneConformanceTests : ServiceConformance, IDisposable
{
    private readonly Scratch _scratch = new();
    private int _services;

    public void Dispose() => _scratch.Dispose();

    [KafkaLauncherFact]
    public async Task A_service_that_ended_goes_on_with_its_jobs_when_it_is_there_again()
    {
        var data = _scratch.PathOf("kept");
        var restore = await SubmittedRestore.CreateAsync(2_000);
        string id;
        await using (var first = await StandaloneService.StartAsync(data))
        {
            id = (await first.Remote.SubmitAsync(restore.Submission("rate_limit_records_per_sec: 500"), default)).Job.Id;
            await ProgressAsync(first.Remote, id);
        }

        await using var second = await StandaloneService.StartAsync(data);
        var ended = await EndAsync(second.Remote, id);

        Assert.Equal(JobState.Done, ended.State);
        Assert.Equal(2_000, ended.Progress!.Records);
        await restore.MustBeThereOnceAsync();
    }

    [KafkaLauncherFact]
    public async Task A_job_that_was_finished_says_so_to_who_submits_it_again()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        await EndAsync(service.Remote, (await service.Remote.SubmitAsync(restore.Submission(), default)).Job.Id);

        var second = await service.Remote.SubmitAsync(restore.Submission(), default);

        Assert.Contains(second.Findings, static finding => finding.What.Contains("nothing will be written", StringComparison.Ordinal));
        Assert.Equal(JobState.Done, (await EndAsync(service.Remote, second.Job.Id)).State);
        await restore.MustBeThereOnceAsync();
    }

    protected override Task<ServiceUnderTest> StartAsync() => StandaloneService.StartAsync(_scratch.PathOf($"service-{Interlocked.Increment(ref _services)}"));
}
