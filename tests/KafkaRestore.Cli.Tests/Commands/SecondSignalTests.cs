using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>Whoever does not want to wait sends a second signal: the process ends at once, and the next run goes on all the same.</summary>
public sealed class SecondSignalTests
{
    private const int Partitions = 3;

    [KafkaFact]
    public async Task A_second_signal_ends_a_run_that_cannot_get_rid_of_its_report()
    {
        using var scratch = new Scratch();
        var job = await Job.CreateAsync(scratch, "rate_limit_records_per_sec: 50");
        var (pipe, state, errors) = (scratch.PathOf("pipe"), scratch.PathOf("state.json"), scratch.PathOf("errors"));

        // The pipe is full and nobody reads it: after the first signal, the report can never be written.
        var result = await CliProgram.BashAsync($$"""
            mkfifo '{{pipe}}' && exec 3<>'{{pipe}}' && head -c 65536 /dev/zero >&3
            env --default-signal=INT $KAFKA_RESTORE restore --config '{{job.Config}}' >&3 2>'{{errors}}' &
            until grep -q 'Restoring ' '{{errors}}' && grep -q '"records_restored": [1-9]' '{{state}}'; do kill -0 $! || exit 99; sleep 0.1; done
            kill -INT $!
            until grep -q '"status": "stopped"' '{{state}}'; do kill -0 $! || exit 98; sleep 0.1; done
            kill -INT $!
            wait $!
            """);

        result.MustExit(5);
        Assert.Contains("Press Ctrl-C again to end at once", File.ReadAllText(errors), StringComparison.Ordinal);
        await job.AssertGoesOnExactlyAsync();
    }

    [KafkaFact]
    public Task Two_Ctrl_C_at_once_leave_a_restore_that_goes_on_exactly() => AssertTwoAtOnceAsync("INT");

    [KafkaFact]
    public Task Two_SIGTERM_at_once_leave_a_restore_that_goes_on_exactly() => AssertTwoAtOnceAsync("TERM");

    private static async Task AssertTwoAtOnceAsync(string signal)
    {
        using var scratch = new Scratch();
        var job = await Job.CreateAsync(scratch, "rate_limit_records_per_sec: 300");
        await using (var program = CliProgram.Start(["restore", "--config", job.Config]))
        {
            await job.UntilSomeAsync();
            program.Signal(signal);
            program.Signal(signal);
            (await program.EndAsync()).MustExit(5);
        }

        await job.AssertGoesOnExactlyAsync();
    }

    private sealed class Job(Scratch scratch, KafkaBroker broker, string topic)
    {
        public string Config { get; private set; } = "";

        public static async Task<Job> CreateAsync(Scratch scratch, string restore)
        {
            var broker = await KafkaBroker.SharedAsync();
            var job = new Job(scratch, broker, await broker.CreateTopicAsync(Partitions));
            job.Configure(restore);
            return job;
        }

        public async Task UntilSomeAsync()
        {
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while ((await broker.ReadAsync(topic)).Count == 0)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"no record arrived in {topic}");
            }
        }

        /// <summary>The same command ends the restore, and the topic holds what one that nobody stopped has written.</summary>
        public async Task AssertGoesOnExactlyAsync()
        {
            Configure("");
            (await CliProgram.RunAsync("restore", "--config", Config)).MustExit(0);
            var whole = await CreateAsync(scratch, "restore_id: unstopped");
            (await CliProgram.RunAsync("restore", "--config", whole.Config, "--state-dir", scratch.PathOf("states"))).MustExit(0);
            for (var partition = 0; partition < Partitions; partition++)
            {
                var expected = await whole.ReadAsync(partition);
                Assert.NotEmpty(expected);
                Assert.Equal(expected, await ReadAsync(partition));
            }
        }

        private void Configure(string restore) => Config = scratch.Configuration(
            "shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\ncheckpoint_state: {scratch.PathOf("state.json")}\n{restore}", "topics: {include: [orders]}");

        /// <summary>Everything of the records but their offsets, which count the markers of each takeover too.</summary>
        private async Task<List<string>> ReadAsync(int partition) => [.. (await broker.ReadAsync(topic, partition)).Select(record => record.Content)];
    }
}
