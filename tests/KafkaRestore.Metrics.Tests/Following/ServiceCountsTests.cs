using KafkaRestore.Api.Contracts;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Tests.Support;

namespace KafkaRestore.Metrics.Tests.Following;

public sealed class ServiceCountsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_service_shows_every_state_of_its_jobs_and_nodes_and_nothing_while_it_does_not_answer()
    {
        var service = new AnsweringService { Answer = static () => Task.FromResult(new ClusterInfo("cluster", "1", [Silo("a", "active"), Silo("b", "active"), Silo("c", "dead")], new Dictionary<string, int> { ["running"] = 2 })) };
        await using var metrics = new RestoreMetrics(_time, TimeSpan.Zero);
        using var reader = new MeterReader(metrics.Instruments.Meter);
        Assert.DoesNotContain("kafka_restore_jobs", Page(reader).Kinds.Keys);

        metrics.Follow(service);

        var page = Page(reader);
        Assert.Equal(2, page["kafka_restore_jobs{state=\"running\"}"]);
        Assert.Equal(0, page["kafka_restore_jobs{state=\"failed\"}"]);
        Assert.Equal(Enum.GetValues<JobState>().Length, page.Series.Count(static series => series.Key.StartsWith("kafka_restore_jobs{", StringComparison.Ordinal)));
        Assert.Equal([2, 0, 1], [page["kafka_restore_silos{state=\"active\"}"], page["kafka_restore_silos{state=\"draining\"}"], page["kafka_restore_silos{state=\"dead\"}"]]);

        service.Answer = static () => throw new TimeoutException("the service is away");
        await service.AskedAgainAsync(_time);
        Assert.DoesNotContain("kafka_restore_jobs", Page(reader).Kinds.Keys);
    }

    [Fact]
    public async Task A_service_that_never_answers_holds_nobody_up()
    {
        var service = new AnsweringService { Answer = static () => new TaskCompletionSource<ClusterInfo>().Task };
        var metrics = new RestoreMetrics(_time, TimeSpan.Zero);
        using var reader = new MeterReader(metrics.Instruments.Meter);
        metrics.Follow(service);

        Assert.DoesNotContain("kafka_restore_jobs", Page(reader).Kinds.Keys);
        Assert.Throws<InvalidOperationException>(() => metrics.Follow(service));
        await metrics.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static SiloInfo Silo(string name, string state) => new(name, state, DateTimeOffset.UnixEpoch, 0, null);

    private static PageText Page(MeterReader reader) => PageText.Read(TextFormat.Prometheus.Write(reader.Read()));
}
