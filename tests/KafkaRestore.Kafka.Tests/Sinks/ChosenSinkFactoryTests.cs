using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Tests.Sinks;

public sealed class ChosenSinkFactoryTests
{
    private const string Reason = "the broker takes requests of 2016 only";

    private readonly List<string> _events = [];
    private int _asked;

    [Fact]
    public async Task Where_the_target_allows_it_the_batch_sink_writes()
    {
        await using var sinks = New(new DeliveryOptions());
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.Equal(new SinkDescription("batch", "fenced", "the target allows it"), sinks.Description);
        Assert.Equal(["batch made", "batch prepared"], _events);
    }

    [Fact]
    public async Task Where_the_target_does_not_allow_it_the_client_sink_writes_and_the_reason_is_said()
    {
        await using var sinks = New(new DeliveryOptions(), Reason);
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.Equal(new SinkDescription("client", "idempotent", $"not the batch sink: {Reason}"), sinks.Description);
        Assert.Equal(["client made", "client prepared"], _events);
    }

    [Fact]
    public async Task The_client_sink_is_taken_when_it_is_asked_for_and_the_target_is_asked_nothing()
    {
        await using var sinks = New(new DeliveryOptions { Sink = SinkKind.Client });
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.Equal(new SinkDescription("client", "idempotent", "sink: client"), sinks.Description);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task The_batch_sink_is_taken_when_it_is_asked_for()
    {
        await using var sinks = New(new DeliveryOptions { Sink = SinkKind.Batch });
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.Equal(new SinkDescription("batch", "fenced", "sink: batch"), sinks.Description);
    }

    [Theory]
    [InlineData(SinkKind.Batch, null, null, Reason, "restore.sink")]
    [InlineData(SinkKind.Batch, DeliveryGuarantee.Idempotent, null, Reason, "restore.sink")]
    [InlineData(SinkKind.Client, DeliveryGuarantee.Fenced, null, null, "restore.delivery")]
    [InlineData(null, DeliveryGuarantee.Fenced, null, Reason, "restore.delivery")]
    [InlineData(SinkKind.Client, null, 1_000L, null, "restore.rate_limit_broker_bytes_per_sec")]
    [InlineData(null, null, 1_000L, Reason, "restore.rate_limit_broker_bytes_per_sec")]
    public async Task What_is_asked_for_and_cannot_be_had_is_refused_before_a_sink_is_made(SinkKind? sink, DeliveryGuarantee? guarantee, long? brokerLimit, string? whyNot, string where)
    {
        await using var sinks = New(new DeliveryOptions { Sink = sink, Guarantee = guarantee, BrokerBytesPerSecond = brokerLimit }, whyNot);

        var refused = await Assert.ThrowsAsync<RestoreException>(() => sinks.PrepareAsync(CancellationToken.None).AsTask());
        var foreseen = await Assert.ThrowsAsync<RestoreException>(() => sinks.ForeseeAsync(CancellationToken.None));

        Assert.Equal((ErrorCodes.ConfigInvalid, where), (refused.Code, refused.Where));
        Assert.Equal(refused.Message, foreseen.Message);
        Assert.Contains(whyNot ?? "restore.sink is client", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Hint);
        Assert.Empty(_events);
    }

    [Theory]
    [InlineData(DeliveryGuarantee.Fenced, "fenced")]
    [InlineData(DeliveryGuarantee.Idempotent, "idempotent")]
    public async Task What_only_the_batch_sink_can_do_is_fine_with_it(DeliveryGuarantee guarantee, string word)
    {
        await using var sinks = New(new DeliveryOptions { Guarantee = guarantee, BrokerBytesPerSecond = 1_000, CodecLevel = 3 });

        Assert.Equal(new SinkDescription("batch", word, "the target allows it"), await sinks.ForeseeAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(SinkKind.Client)]
    [InlineData(null)]
    public async Task A_level_that_the_client_sink_does_not_use_is_said(SinkKind? sink)
    {
        await using var sinks = New(new DeliveryOptions { Sink = sink, Codec = ProduceCodec.Zstd, CodecLevel = 7 }, Reason);
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.EndsWith("; it compresses with the codec's own default level, not 7", sinks.Description.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_sink_that_finds_it_cannot_fence_says_why_in_its_own_words()
    {
        await using var sinks = New(new DeliveryOptions(), batch: new SinkDescription("batch", "idempotent", "the broker refuses it"));
        await sinks.PrepareAsync(CancellationToken.None);

        Assert.Equal(new SinkDescription("batch", "idempotent", "the target allows it; the broker refuses it"), sinks.Description);
    }

    [Fact]
    public async Task Foreseeing_makes_no_sink_and_leaves_the_choice_open()
    {
        await using var sinks = New(new DeliveryOptions());
        await sinks.ForeseeAsync(CancellationToken.None);

        Assert.Empty(_events);
        Assert.Equal("undecided", sinks.Description.Name);
        await sinks.PrepareAsync(CancellationToken.None);
        Assert.Equal("batch", sinks.Description.Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Reason)]
    public async Task Lanes_are_opened_by_the_sink_that_was_chosen_and_only_it_is_disposed(string? whyNot)
    {
        var name = whyNot is null ? "batch" : "client";
        await using (var sinks = New(new DeliveryOptions(), whyNot))
        {
            await sinks.PrepareAsync(CancellationToken.None);
            await sinks.OpenAsync(new SinkLane(new TargetPartition("t", 0), 0, 1, null), new SinkRecorder(), CancellationToken.None);
        }

        Assert.Equal([$"{name} made", $"{name} prepared", $"{name} opened", $"{name} disposed"], _events);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_is_no_reason_for_the_other_sink()
    {
        await using var sinks = new ChosenSinkFactory(
            new DeliveryOptions(),
            _ => Task.FromException<string?>(new RestoreException(ErrorCodes.TargetUnreachable, "nobody")),
            () => new Sinks(_events, new SinkDescription("batch", "fenced", "")),
            () => new Sinks(_events, new SinkDescription("client", "idempotent", "")));

        var failure = await Assert.ThrowsAsync<RestoreException>(() => sinks.PrepareAsync(CancellationToken.None).AsTask());

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
        Assert.Empty(_events);
    }

    [Fact]
    public async Task A_sink_that_cannot_be_prepared_is_disposed_and_opens_nothing()
    {
        await using (var sinks = New(new DeliveryOptions(), failure: new RestoreException(ErrorCodes.TargetDenied, "no")))
        {
            await Assert.ThrowsAsync<RestoreException>(() => sinks.PrepareAsync(CancellationToken.None).AsTask());
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                sinks.OpenAsync(new SinkLane(new TargetPartition("t", 0), 0, 1, null), new SinkRecorder(), CancellationToken.None).AsTask());
        }

        Assert.Equal(["batch made", "batch disposed"], _events);
    }

    private ChosenSinkFactory New(DeliveryOptions delivery, string? whyNot = null, SinkDescription? batch = null, RestoreException? failure = null)
    {
        return new ChosenSinkFactory(delivery, WhyNotAsync, () => Make(batch ?? new SinkDescription("batch", "fenced", "own words")), () => Make(new SinkDescription("client", "idempotent", "own words")));

        Task<string?> WhyNotAsync(CancellationToken cancellationToken)
        {
            _asked++;
            return Task.FromResult(whyNot);
        }

        Sinks Make(SinkDescription description)
        {
            _events.Add($"{description.Name} made");
            return new Sinks(_events, description, failure);
        }
    }

    private sealed class Sinks(List<string> events, SinkDescription description, RestoreException? failure = null) : IRecordSinkFactory
    {
        public SinkDescription Description => description;

        public ValueTask PrepareAsync(CancellationToken cancellationToken)
        {
            if (failure is not null)
            {
                throw failure;
            }

            events.Add($"{description.Name} prepared");
            return ValueTask.CompletedTask;
        }

        public ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken)
        {
            events.Add($"{description.Name} opened");
            return ValueTask.FromResult<IRecordSink>(null!);
        }

        public ValueTask DisposeAsync()
        {
            events.Add($"{description.Name} disposed");
            return ValueTask.CompletedTask;
        }
    }
}
