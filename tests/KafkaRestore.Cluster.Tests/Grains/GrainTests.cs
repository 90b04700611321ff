using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Jobs;
using KafkaRestore.Cluster.Limits;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Records.Errors;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace KafkaRestore.Cluster.Tests.Grains;

/// <summary>What grains decide, and that what they know is found again when their silo is gone.</summary>
public sealed class GrainTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-restore-grains-");
    private readonly JobFolders _folders;
    private InProcessTestCluster? _cluster;

    public GrainTests() => _folders = new JobFolders(_folder.FullName);

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<Orleans.Serialization.ITypeNameFilter, MessageTypes>();
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton(_folders);
        });
        builder.ConfigureClient(static client => client.Services.AddSingleton<Orleans.Serialization.ITypeNameFilter, MessageTypes>());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_is_taken_once_and_free_again_when_its_submission_came_to_nothing()
    {
        var index = Index;
        Assert.Null((await index.ReserveAsync("nightly", "hash")).Value.Take());
        Assert.Equal(ErrorCodes.JobLocked.Word, (await index.ReserveAsync("nightly", "hash")).Value.Failure?.Code);
        await index.ReleaseAsync("nightly");
        Assert.Null((await index.ReserveAsync("nightly", "hash")).Value.Take());

        await KeepAsync("20260101-1", JobState.Done, "nightly");
        Assert.Equal("20260101-1", (await index.ReserveAsync("nightly", "hash")).Value.Take()!.Id);
        Assert.Equal(ErrorCodes.JobDiffers.Word, (await index.ReserveAsync("nightly", "another")).Value.Failure?.Code);
        await index.ReleaseAsync("nightly"); // a job has it now
        Assert.Equal("20260101-1", (await index.ReserveAsync("nightly", "hash")).Value.Take()!.Id);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_in_pages_and_those_to_be_worked_on_are_named()
    {
        await KeepAsync("20260101-1", JobState.Done);
        await KeepAsync("20260102-1", JobState.Running);
        await KeepAsync("20260103-1", JobState.Paused);
        await KeepAsync("20260104-1", JobState.Queued);

        var first = (await Index.ListAsync(Json<JobQuery>.Of(new JobQuery(null, null, 3)))).Value;
        Assert.Equal(["20260104-1", "20260103-1", "20260102-1"], first.Jobs.Select(static job => job.Id));
        var second = (await Index.ListAsync(Json<JobQuery>.Of(new JobQuery(null, first.Next, 3)))).Value;
        Assert.Equal(["20260101-1"], second.Jobs.Select(static job => job.Id));
        Assert.Null(second.Next);
        Assert.Equal(["20260103-1"], (await Index.ListAsync(Json<JobQuery>.Of(new JobQuery(JobState.Paused, null, 3)))).Value.Jobs.Select(static job => job.Id));
        Assert.Equal(["20260102-1", "20260104-1"], await Index.UnfinishedAsync());
        Assert.Equal(1, (await Index.CountAsync()).Value["paused"]);
    }

    [Fact]
    public async Task The_index_is_made_anew_from_the_records_when_its_silo_is_gone()
    {
        await KeepAsync("20260101-1", JobState.Running, "nightly");
        var host = await HostOfAsync(Index);
        await _cluster!.KillSiloAsync(_cluster.Silos.First(silo => silo.SiloAddress.ToString() == host));

        Assert.Equal(["20260101-1"], await Index.UnfinishedAsync());
        Assert.Equal("20260101-1", (await Index.ReserveAsync("nightly", "hash")).Value.Take()!.Id);
    }

    [Fact]
    public async Task Shares_of_a_limit_add_up_to_no_more_than_it()
    {
        var limiter = _cluster!.Client.GetGrain<ILimiterGrain>("job");
        double sum = 0, brokers = 0;
        foreach (var silo in (string[])["a", "b", "c", "d"])
        {
            var share = (await limiter.RenewAsync(Json<LeaseRequest>.Of(new LeaseRequest(silo, new JobRates(1_000, null, 10_000), 5, null, null, Silos: 4)))).Value;
            Assert.Null(share.BytesPerSecond);
            brokers += share.BrokerBytesPerSecond!.Value;
            sum += share.RecordsPerSecond!.Value;
        }

        Assert.InRange(sum, 900, 1_000);
        Assert.InRange(brokers, 9_000, 10_000);
    }

    [Fact]
    public async Task Every_silo_hears_of_all_that_have_spoken()
    {
        var table = _cluster!.Client.GetGrain<ISiloTableGrain>(0);
        await table.BeatAsync(Json<SiloLoad>.Of(Load("b")));
        var heard = (await table.BeatAsync(Json<SiloLoad>.Of(Load("a") with { IsDraining = true }))).Value;
        Assert.Equal([("a", true), ("b", false)], heard.Select(static silo => (silo.Name, silo.IsDraining)));
        Assert.Equal(3, heard[0].Lanes["job"]);

        static SiloLoad Load(string name) => new(name, $"address of {name}", DateTimeOffset.UnixEpoch, IsDraining: false, 10, new Dictionary<string, int> { ["job"] = 3 }, 1);
    }

    private IJobIndexGrain Index => _cluster!.Client.GetGrain<IJobIndexGrain>(0);

    private async Task KeepAsync(string id, JobState state, string? key = null)
    {
        var record = new ServedJobRecord
        {
            Job = new JobInfo { Id = id, State = state, BackupId = "archive", SubmittedAt = DateTimeOffset.UnixEpoch },
            IdempotencyKey = key,
            DocumentHash = "hash",
        };
        _folders.Create(record, "document");
        await Index.SetAsync(Json<ListedJob>.Of(ListedJob.Of(record)));
    }

    private async Task<string> HostOfAsync(IJobIndexGrain index) => (await _cluster!.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(index))!.ToString();
}
