using System.Net.Sockets;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>A process that stood still may have lost its partition, and the log may have forgotten to whom: it makes sure before it writes. One that is merely quiet does not.</summary>
public sealed class StandstillTests
{
    private static readonly TimeSpan Standstill = StandstillWatch.Longest + TimeSpan.FromSeconds(1);
    private static readonly DeliveryOptions SmallBatches = new() { BatchRecords = 50, ConnectionsPerBroker = 1 };

    [Fact]
    public void A_clock_that_leaps_is_a_standstill_and_one_that_goes_on_for_hours_is_not()
    {
        var time = new ManualTime();
        using var watch = new StandstillWatch(time);

        for (var second = 0; second < 7_200; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, watch.Count);
        time.Advance(StandstillWatch.Longest);
        Assert.Equal(0, watch.Count);
        time.Advance(Standstill);
        Assert.Equal(1, watch.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, watch.Count);
    }

    [Fact]
    public void A_standstill_is_noticed_before_the_next_second_is_over()
    {
        var time = new LeapingTime();
        using var watch = new StandstillWatch(time);

        time.Leap(Standstill);

        Assert.Equal(1, watch.Count);
        Assert.Equal(1, watch.Count);
    }

    [Fact]
    public void A_machine_that_slept_stood_still_although_its_monotonic_clock_did_not_count_that()
    {
        var time = new SleptTime();
        using var watch = new StandstillWatch(time);

        time.Clock += Standstill;
        Assert.Equal(1, watch.Count);
        time.Clock -= TimeSpan.FromHours(1);
        Assert.Equal(1, watch.Count);
    }

    [RealKafkaFact]
    public async Task Each_standstill_costs_one_marker_before_the_next_record_and_a_quiet_lane_none()
    {
        var time = new LeapingTime();
        await using var stage = await SinkStage.OnAsync(
            await KafkaBroker.SharedAsync(), SmallBatches, sinks: (connection, options) => new BatchSinkFactory(connection, options, time: time));
        var records = TestRecords.Ordinary(4);
        await using var sink = await stage.OpenAsync();
        TimeSpan[] pauses = [TimeSpan.Zero, StandstillWatch.Longest / 2, Standstill, StandstillWatch.Longest / 2];

        foreach (var (record, pause) in records.Zip(pauses))
        {
            time.Leap(pause);
            await sink.SendAsync(TestRecords.Block([record]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        }

        var start = stage.Start!.Value;
        Assert.Equal([start, start + 1, start + 3, start + 4], stage.Acks.TargetOffsets);
        await BatchStages.AssertLogAsync(stage, records);
    }

    [KafkaLauncherFact]
    public async Task A_process_that_wakes_up_when_the_broker_has_forgotten_who_took_its_partition_writes_nothing()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, ForgetfulPartition.Setting);
        var time = new LeapingTime();
        await using var stage = await SinkStage.OnAsync(cluster, SmallBatches, sinks: (connection, options) => new BatchSinkFactory(connection, options, time: time));
        await using var sleeper = await stage.OpenAsync();
        await sleeper.SendAsync(TestRecords.Block([TestRecords.Record(1)]), CancellationToken.None);
        await sleeper.FlushAsync(CancellationToken.None);

        await TakeOverAsync(cluster, stage, behind: 1);
        time.Leap(Standstill);
        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await sleeper.SendAsync(TestRecords.Block([TestRecords.Record(2)]), CancellationToken.None);
            await sleeper.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        });

        Assert.Equal(ErrorCodes.Fenced, failure.Code);
        Assert.Equal(
            [ConsumedRecord.ContentOf(TestRecords.Record(1)), ConsumedRecord.ContentOf(TestRecords.Record(7))], (await stage.ReadAsync()).Select(static record => record.Content));
    }

    /// <summary>A batch waits for its turn, or for its connection, long after its queue gave it: then is when a process is likely to be stopped.</summary>
    [KafkaLauncherFact]
    public async Task A_process_that_stood_still_between_a_batch_and_its_connection_writes_nothing()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, ForgetfulPartition.Setting);
        var time = new LeapingTime();
        var door = new Door();
        var wire = new WireOptions { Dial = door.DialAsync, ConnectTimeout = TimeSpan.FromMinutes(2) };
        await using var stage = await SinkStage.OnAsync(cluster, SmallBatches, sinks: (connection, options) => new BatchSinkFactory(connection, options, wire, time: time));
        await using var sleeper = await stage.OpenAsync();

        door.Close();
        await sleeper.SendAsync(TestRecords.Block([TestRecords.Record(1)]), CancellationToken.None);
        await door.KnockedAsync.WaitAsync(TimeSpan.FromMinutes(1));
        await TakeOverAsync(cluster, stage, behind: 0);
        time.Leap(Standstill);
        door.Open();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => sleeper.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));

        Assert.Equal(ErrorCodes.Fenced, failure.Code);
        Assert.Equal([ConsumedRecord.ContentOf(TestRecords.Record(7))], (await stage.ReadAsync()).Select(static record => record.Content));
    }

    /// <summary>Another process takes the partition over and writes; then the broker has forgotten both.</summary>
    private static async Task TakeOverAsync(KafkaBroker cluster, SinkStage stage, long behind)
    {
        await using var factory = new BatchSinkFactory(cluster.Connection, SmallBatches);
        var acks = new SinkRecorder();
        await using var newer = await factory.OpenAsync(new SinkLane(stage.Target, stage.Start!.Value + behind, 1 << 20, null), acks, CancellationToken.None);
        await newer.SendAsync(TestRecords.Block([TestRecords.Record(7)]), CancellationToken.None);
        await newer.FlushAsync(CancellationToken.None);
        await ForgetfulPartition.UntilForgottenAsync(cluster, stage.Target);
    }

    /// <summary>Connections wait at it while it is closed.</summary>
    private sealed class Door
    {
        private readonly TaskCompletionSource _knocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _closed;

        public Task KnockedAsync => _knocked.Task;

        public void Close() => Volatile.Write(ref _closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Open() => _closed!.SetResult();

        public async ValueTask<Stream> DialAsync(BrokerAddress address, CancellationToken cancellationToken)
        {
            if (Volatile.Read(ref _closed) is { } closed)
            {
                _knocked.TrySetResult();
                await closed.Task.WaitAsync(cancellationToken);
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    /// <summary>A monotonic clock that stands, and one for people that does not.</summary>
    private sealed class SleptTime : TimeProvider
    {
        public DateTimeOffset Clock { get; set; } = DateTimeOffset.UnixEpoch;

        public override long GetTimestamp() => 0;

        public override DateTimeOffset GetUtcNow() => Clock;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
