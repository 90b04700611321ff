using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Engine.Options;

namespace KafkaRestore.Configuration.Tests;

public sealed class ValueTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("TRUE", true)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    public void A_boolean_has_the_spellings_of_the_core_schema(string yaml, bool expected) =>
        Assert.Equal(expected, Options("restore.dry_run", yaml).DryRun);

    [Theory]
    [InlineData("yes", "Write true.")]
    [InlineData("on", "Write true.")]
    [InlineData("No", "Write false.")]
    [InlineData("off", "Write false.")]
    [InlineData("'true'", "Write it without quotes, in one of the spellings true, True, TRUE.")]
    [InlineData("tRuE", "Write it without quotes, in one of the spellings true, True, TRUE.")]
    [InlineData("1", null)]
    [InlineData("[]", null)]
    public void Another_word_is_no_boolean(string yaml, string? hint) => Assert.Equal(hint, Problem("restore.dry_run", yaml).Hint);

    [Theory]
    [InlineData("8", 8)]
    [InlineData("+8", 8)]
    [InlineData("0x10", 16)]
    public void An_integer_is_read(string yaml, int expected) =>
        Assert.Equal(expected, Options("restore.max_concurrent_partitions", yaml).Execution.MaxConcurrentLanes);

    [Theory]
    [InlineData("'8'")]
    [InlineData("\"8\"")]
    [InlineData("!!str 8")]
    public void A_quoted_number_is_refused_with_a_hint(string yaml) =>
        Assert.Equal("Write the number without quotes.", Problem("restore.max_concurrent_partitions", yaml).Hint);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("010")]
    [InlineData("8.0")]
    [InlineData("1e3")]
    [InlineData("1_000")]
    [InlineData("99999999999999999999")]
    [InlineData("four")]
    [InlineData("true")]
    [InlineData("{ a: 1 }")]
    [InlineData("[8]")]
    public void What_is_no_integer_in_range_is_refused(string yaml) => Problem("restore.max_concurrent_partitions", yaml);

    [Theory]
    [InlineData("2025")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("true")]
    [InlineData(".inf")]
    public void A_text_that_reads_as_a_number_or_boolean_needs_quotes(string yaml)
    {
        Assert.StartsWith("Put quotes around it", Problem("backup_id", yaml).Hint, StringComparison.Ordinal);
        Assert.Equal(yaml, Options("backup_id", $"'{yaml}'").BackupId);
    }

    [Theory]
    [InlineData("''")]
    [InlineData("\"a\\0b\"")]
    public void A_text_is_not_empty_and_holds_no_nul(string yaml) => Problem("backup_id", yaml);

    [Theory]
    [InlineData("1705312800000", 1705312800000)]
    [InlineData("-1", -1)]
    [InlineData("2024-01-15T10:00:00Z", 1705312800000)]
    [InlineData("2024-01-15T12:00:00+02:00", 1705312800000)]
    [InlineData("2024-01-15 10:00:00Z", 1705312800000)]
    [InlineData("'2024-01-15T10:00Z'", 1705312800000)]
    [InlineData("2024-01-15T10:00:00.5Z", 1705312800500)]
    [InlineData("2024-01-15T10:00:00.123-01:30", 1705318200123)]
    public void A_time_is_epoch_milliseconds_or_iso_8601(string yaml, long expected) =>
        Assert.Equal(expected, Options("restore.time_window_end", yaml).Selection.TimeWindowEnd);

    [Theory]
    [InlineData("2024-01-15T10:00:00", "zone")]
    [InlineData("2024-01-15", "zone")]
    [InlineData("2024-01-15 10:00", "zone")]
    [InlineData("2024-13-15T10:00:00Z", null)]
    [InlineData("2024-01-15T10:00:00.1234Z", null)]
    [InlineData("2024-01-15T10:00:00 CET", "zone")]
    [InlineData("'1705312800000'", "quotes")]
    [InlineData("1705312800000.5", null)]
    [InlineData("yesterday", null)]
    public void Another_time_is_refused(string yaml, string? hint)
    {
        var problem = Problem("restore.time_window_end", yaml);

        Assert.Equal(hint is null, problem.Hint is null);
        Assert.Contains(hint ?? "", problem.Hint ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restore.broker_unavailable_timeout", "60s", 60_000)]
    [InlineData("restore.broker_unavailable_timeout", "5m", 300_000)]
    [InlineData("restore.broker_unavailable_timeout", "1.5h", 5_400_000)]
    [InlineData("restore.broker_unavailable_timeout", "'2 d'", 172_800_000)]
    [InlineData("restore.produce_timeout_ms", "45000", 45_000)]
    [InlineData("restore.produce_timeout_ms", "45s", 45_000)]
    [InlineData("restore.produce_linger", "0", 0)]
    [InlineData("restore.produce_linger", "250ms", 250)]
    public void A_duration_takes_units(string path, string yaml, int milliseconds)
    {
        var delivery = Options(path, yaml).Delivery;
        var value = path switch
        {
            "restore.produce_linger" => delivery.Linger,
            "restore.produce_timeout_ms" => delivery.RequestTimeout,
            _ => delivery.AcknowledgementDeadline,
        };

        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("restore.broker_unavailable_timeout", "60")]
    [InlineData("restore.broker_unavailable_timeout", "500ms")]
    [InlineData("restore.broker_unavailable_timeout", "8d")]
    [InlineData("restore.broker_unavailable_timeout", "-5s")]
    [InlineData("restore.broker_unavailable_timeout", "5 minutes")]
    [InlineData("restore.broker_unavailable_timeout", "5M")]
    [InlineData("restore.broker_unavailable_timeout", "9999999999999999999d")]
    [InlineData("restore.produce_timeout_ms", "-1")]
    [InlineData("restore.produce_timeout_ms", "0")]
    [InlineData("restore.produce_timeout_ms", "'45000'")]
    [InlineData("restore.produce_timeout_ms", "0.0005s")]
    [InlineData("restore.checkpoint_interval_secs", "0")]
    public void Another_duration_is_refused(string path, string yaml) => Problem(path, yaml);

    [Theory]
    [InlineData("67108864", 67_108_864)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("64MB", 64_000_000)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("'1 GB'", 1_000_000_000)]
    [InlineData("2048KiB", 2_097_152)]
    public void A_size_takes_units(string yaml, long expected) =>
        Assert.Equal(expected, Options("restore.memory_budget", yaml).Execution.MemoryBudgetBytes);

    [Theory]
    [InlineData("64M")]
    [InlineData("64mb")]
    [InlineData("1KiB")]
    [InlineData("9000000TiB")]
    [InlineData("-64MiB")]
    [InlineData("'67108864'")]
    [InlineData("64.0000001MiB")]
    public void Another_size_is_refused(string yaml) => Problem("restore.memory_budget", yaml);

    [Theory]
    [InlineData("apend", "Did you mean append?")]
    [InlineData("Refuse", "Did you mean refuse?")]
    [InlineData("overwrite", null)]
    public void A_word_that_is_no_choice_is_refused_with_the_nearest_one(string yaml, string? hint)
    {
        var problem = Problem("restore.into_existing", yaml);

        Assert.Equal(hint, problem.Hint);
        Assert.Contains("one of refuse, append", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:9092")]
    [InlineData("kafka_1.internal-net:65535")]
    [InlineData("10.0.0.1:1")]
    [InlineData("'[::1]:9092'")]
    [InlineData("'[fe80::1%eth0]:9092'")]
    public void A_broker_address_is_host_and_port(string yaml) => Assert.Single(Options("target.bootstrap_servers", $"[{yaml}]").Target.BootstrapServers);

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:+9092")]
    [InlineData("':9092'")]
    [InlineData("'::1:9092'")]
    [InlineData("'[::1]'")]
    [InlineData("'[10.0.0.1]:9092'")]
    [InlineData("PLAINTEXT://localhost:9092")]
    [InlineData("'a:1,,b:2'")]
    [InlineData("'a b:1'")]
    [InlineData("9092")]
    [InlineData("null")]
    public void Another_broker_address_is_refused(string yaml)
    {
        var problem = Problem("target.bootstrap_servers", $"[a:1, {yaml}]");

        Assert.Equal("target.bootstrap_servers[1]", problem.Path);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("localhost:9092")]
    [InlineData("{ a: 1 }")]
    public void Broker_addresses_are_a_list_with_items(string yaml) => Problem("target.bootstrap_servers", yaml);

    [Theory]
    [InlineData("target.topics.include", "'~orders-['")]
    [InlineData("target.topics.exclude", "'~orders-['")]
    [InlineData("restore.priority", "'~orders-['")]
    public void An_invalid_regular_expression_is_refused_by_name(string path, string yaml)
    {
        var problem = Problem(path, $"[good, {yaml}]");

        Assert.Equal($"{path}[1]", problem.Path);
        Assert.Contains("~orders-[", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ a: 'b c' }")]
    [InlineData("{ a: .. }")]
    [InlineData("{ a: '' }")]
    [InlineData("{ a: null }")]
    [InlineData("{ a: [b] }")]
    [InlineData("{ '': b }")]
    [InlineData("[a, b]")]
    public void A_topic_mapping_names_topics(string yaml) => Problem("restore.topic_mapping", yaml);

    [Theory]
    [InlineData("{ '0': 1 }")]
    [InlineData("{ 0: '1' }")]
    [InlineData("{ 0: -1 }")]
    [InlineData("{ -1: 0 }")]
    [InlineData("{ 1: 0, 0x1: 2 }")]
    public void A_partition_mapping_maps_numbers(string yaml) => Problem("restore.partition_mapping", yaml);

    [Theory]
    [InlineData("{ a: { target_partitions: 6 } }", PartitioningStrategy.Murmur2, 6)]
    [InlineData("{ a: { strategy: murmur2, target_partitions: 1 } }", PartitioningStrategy.Murmur2, 1)]
    [InlineData("{ a: { target_partitions: 12, strategy: automatic } }", PartitioningStrategy.Automatic, 12)]
    public void Repartitioning_is_by_key_unless_said_otherwise(string yaml, PartitioningStrategy strategy, int partitions) =>
        Assert.Equal(new Repartitioning(strategy, partitions), Options("restore.repartitioning", yaml).Mapping.Repartitioning["a"]);

    [Theory]
    [InlineData("6")]
    [InlineData("{ a: 6 }")]
    [InlineData("{ a: { strategy: murmur2 } }")]
    [InlineData("{ a: { target_partitions: 0 } }")]
    [InlineData("{ a: { target_partitions: 100001 } }")]
    [InlineData("{ a: { target_partitions: six } }")]
    [InlineData("{ a: { strategy: Murmur2, target_partitions: 6 } }")]
    [InlineData("{ a: { target_partitions: 6, partitions: 7 } }")]
    [InlineData("{ a: }")]
    public void Repartitioning_needs_a_number_and_knows_two_strategies(string yaml) => Problem("restore.repartitioning", yaml);

    [Theory]
    [InlineData("[-1]")]
    [InlineData("[]")]
    [InlineData("['0']")]
    [InlineData("3")]
    public void Source_partitions_are_a_list_of_numbers(string yaml) => Problem("restore.source_partitions", yaml);

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("32768")]
    [InlineData("'3'")]
    public void A_replication_factor_is_minus_one_or_positive(string yaml) => Problem("restore.default_replication_factor", yaml);

    [Theory]
    [InlineData("restore.time_window_start")]
    [InlineData("restore.source_partitions")]
    [InlineData("restore.topic_mapping")]
    [InlineData("restore.dry_run")]
    [InlineData("restore.report")]
    [InlineData("target.topics")]
    [InlineData("restore")]
    [InlineData("metrics")]
    [InlineData("source")]
    public void A_key_without_a_value_counts_as_absent(string path)
    {
        foreach (var nothing in new[] { "", "null", "~" })
        {
            var result = new ConfigurationText().Set(path, nothing).Read();

            Assert.Equal(OptionsText.Of(new ConfigurationText().Read().Require()), OptionsText.Of(result.Require()));
            Assert.Empty(result.Require().Notices);
        }
    }

    private static RestoreOptions Options(string path, string yaml) => new ConfigurationText().Set(path, yaml).Read().Require().Options;

    private static ConfigurationProblem Problem(string path, string yaml)
    {
        var problem = Assert.Single(new ConfigurationText().Set(path, yaml).Read().Problems);
        Assert.StartsWith(path, problem.Path, StringComparison.Ordinal);
        Assert.True(problem is { Line: > 0, Column: > 0 });
        return problem;
    }
}
