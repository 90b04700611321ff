using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>
/// A broker forgets a producer whose last record is old: at its next start, and at its next look at the list of producers. Then it takes a batch that it has already for a new one.
/// </summary>
public sealed class ForgetfulBrokerTests
{
    private static readonly DeliveryOptions SmallBatches = new() { BatchRecords = 50, ConnectionsPerBroker = 1 };

    [KafkaLauncherTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_batch_whose_answer_a_restart_of_its_leader_took_away_stands_in_the_log_once(int brokers)
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(brokers);
        (int Before, int After) leader = default;

        // The answer is there, so the batch is in the log; nobody hears it, and the broker comes back without a memory of it. Nobody else can lead.
        await using var partition = await ForgetfulPartition.OnAsync(cluster, SmallBatches, replicas: 1, (n, target) => n == 3 ? Restarted(target) : Fault.None);

        await partition.AssertExactAsync(TestRecords.Ordinary(500));
        Assert.Equal(leader.Before, leader.After);

        Fault Restarted(TargetPartition target) => Now(async () =>
        {
            leader.Before = await ForgetfulPartition.LeaderOfAsync(cluster, target);
            await cluster.KillAsync(leader.Before);
            await cluster.ReviveAsync(leader.Before);
            leader.After = await ForgetfulPartition.LeaderOfAsync(cluster, target);
        }, new Fault(FaultKind.Cut));
    }

    [KafkaLauncherFact]
    public async Task A_batch_whose_answer_died_with_its_leader_is_not_taken_again_by_a_replica_that_has_forgotten_it()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, ForgetfulPartition.Setting);
        (int Before, int After) leader = default;
        await using var partition = await ForgetfulPartition.OnAsync(cluster, SmallBatches, replicas: 3, (n, target) => n == 3 ? Dead(target) : Fault.None);

        await partition.AssertExactAsync(TestRecords.Ordinary(500));
        leader.After = await ForgetfulPartition.LeaderOfAsync(cluster, partition.Target);
        Assert.NotEqual(leader.Before, leader.After);

        // The others have the batch; they are not chosen before the dead one has been missed for seconds, and forget within a tenth of one.
        Fault Dead(TargetPartition target) => Now(async () =>
        {
            leader.Before = await ForgetfulPartition.LeaderOfAsync(cluster, target);
            await cluster.KillAsync(leader.Before);
        }, new Fault(FaultKind.Cut));
    }

    /// <summary>Each of these may be said of a batch that the leader has written.</summary>
    [KafkaLauncherFact]
    public async Task A_batch_that_landed_in_spite_of_the_answer_is_not_taken_again_by_a_broker_that_has_forgotten_it()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, ForgetfulPartition.Setting);
        var codes = new Queue<KafkaErrorCode>([
            KafkaErrorCode.RequestTimedOut,
            KafkaErrorCode.NotEnoughReplicasAfterAppend,
            KafkaErrorCode.NotLeaderForPartition,
            KafkaErrorCode.KafkaStorageError,
            KafkaErrorCode.Unknown,
        ]);
        await using var partition = await ForgetfulPartition.OnAsync(cluster, SmallBatches, replicas: 1, (n, target) => n % 10 == 3 && codes.TryDequeue(out var code)
            ? Now(() => ForgetfulPartition.UntilForgottenAsync(cluster, target), new Fault(FaultKind.Code, code))
            : Fault.None);

        await partition.AssertExactAsync(TestRecords.Ordinary(5_000));
        Assert.Empty(codes);
    }

    [KafkaLauncherFact]
    public async Task While_the_coordinator_of_the_fence_is_away_it_is_named_and_waited_for()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, ForgetfulPartition.OneCoordinator);
        await using var partition = await ForgetfulPartition.WithCoordinatorElsewhereAsync(cluster, SmallBatches);
        var records = TestRecords.Ordinary(500);
        await using var sink = await partition.Stage.OpenAsync();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        partition.OnAnswer = (n, _) => n == 3 ? Now(KillAsync, new Fault(FaultKind.Cut)) : Fault.None;

        await ForgetfulPartition.SendAsync(sink, records);
        await killed.Task;
        await partition.Stage.Acks.UntilTroubledAsync("the test cuts the connection; the fence needs ");
        Assert.InRange(partition.Stage.Acks.Records, 0, records.Count - 1);
        await cluster.ReviveAsync(partition.Coordinator);
        await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2));

        await partition.AssertLogAsync(records);

        async Task KillAsync()
        {
            await cluster.KillAsync(partition.Coordinator);
            killed.SetResult();
        }
    }

    [KafkaLauncherFact]
    public async Task A_coordinator_that_stays_away_ends_the_sink_at_the_deadline_and_is_named()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, ForgetfulPartition.OneCoordinator);
        await using var partition = await ForgetfulPartition.WithCoordinatorElsewhereAsync(cluster, SmallBatches with { AcknowledgementDeadline = TimeSpan.FromSeconds(12) });
        var records = TestRecords.Ordinary(500);
        await using var sink = await partition.Stage.OpenAsync();
        partition.OnAnswer = (n, _) => n == 3 ? Now(() => cluster.KillAsync(partition.Coordinator), new Fault(FaultKind.Cut)) : Fault.None;

        await ForgetfulPartition.SendAsync(sink, records);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2)));

        Assert.Equal((ErrorCodes.TargetUnavailable, partition.Target.ToString()), (failure.Code, failure.Where));
        Assert.Contains($"transactional id 'krc.{partition.Target.Topic}.0'", failure.Message, StringComparison.Ordinal);
        partition.Stage.Acks.AssertPrefixOf(records);
        var log = await partition.Stage.ReadAsync();
        Assert.Equal(records.Take(log.Count).Select(ConsumedRecord.ContentOf), log.Select(static record => record.Content));
    }

    private static Fault Now(Func<Task> meanwhile, Fault fault)
    {
        meanwhile().GetAwaiter().GetResult();
        return fault;
    }
}
