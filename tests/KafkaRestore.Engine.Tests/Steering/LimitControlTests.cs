using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.Steering;

public sealed class LimitControlTests
{
    private readonly ManualTime _time = new();
    private readonly SteeringLog _log = new();
    private readonly RestoreLimits _rates;
    private readonly List<int> _resized = [];
    private readonly LimitControl _control;

    public LimitControlTests()
    {
        var options = new ExecutionOptions { MaxConcurrentLanes = 4, RecordsPerSecond = 1_000 };
        _rates = new RestoreLimits(options, _time);
        _control = new LimitControl(RunLimits.Of(options), _rates.Change, _resized.Add, mostPlaces: 10, _log, _time);
    }

    [Fact]
    public void What_is_named_changes_and_the_rest_stays()
    {
        _control.Apply(new LimitsRequest { MaxConcurrentPartitions = 10 });

        Assert.Equal(new RunLimits { RecordsPerSecond = 1_000, BytesPerSecond = null, MaxConcurrentPartitions = 10 }, _control.Current);
        Assert.Equal([10], _resized);
        Assert.True(_rates.Any);
        Assert.Equal(new LimitChange(_time.GetUtcNow().ToUnixTimeMilliseconds(), "restore.max_concurrent_partitions", 4, 10), Assert.Single(_log.Changes));
    }

    [Fact]
    public void No_limit_is_asked_for_by_null()
    {
        _control.Apply(new LimitsRequest { RecordsPerSecond = new RateRequest(null) });

        Assert.False(_rates.Any);
        Assert.Empty(_resized);
        var change = Assert.Single(_log.Changes);
        Assert.Equal(("restore.rate_limit_records_per_sec", 1_000, null), (change.Limit, change.From, change.To));
    }

    [Fact]
    public void More_at_once_than_the_memory_allows_is_refused_with_the_most_and_nothing_of_the_request_is_done()
    {
        var before = _control.Current;

        var failure = Assert.Throws<RestoreException>(() => _control.Apply(new LimitsRequest { MaxConcurrentPartitions = 11, BytesPerSecond = new RateRequest(5) }));

        Assert.Equal((ErrorCodes.ConfigInvalid, "restore.max_concurrent_partitions"), (failure.Code, failure.Where));
        Assert.Contains("room for 10 partition(s) at once", failure.Message, StringComparison.Ordinal);
        Assert.Same(before, _control.Current);
        Assert.Empty(_resized);
        Assert.Empty(_log.Changes);
    }

    [Fact]
    public void A_request_that_changes_nothing_is_no_change()
    {
        _control.Apply(new LimitsRequest { RecordsPerSecond = new RateRequest(1_000), MaxConcurrentPartitions = 4 });

        Assert.Empty(_log.Changes);
        Assert.Empty(_resized);
    }
}
