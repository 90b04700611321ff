using KafkaRestore.Configuration.Keys;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Tests;

public sealed class KeyTableTests
{
    // Checked for their form, and seen only by a rule: they end in no option.
    private static readonly string[] SeenByRulesOnly = ["restore.circuit_breaker.enabled"];

    public static TheoryData<string> Sampled => [.. KeySamples.All.Select(sample => sample.Path)];

    public static TheoryData<string, string, string?> RefusedKeys => new()
    {
        { "restore.produce_acks", "1", "-1" },
        { "restore.idempotent_producer", "false", "true" },
        { "restore.checkpoint_storage", "remote", "local" },
        { "restore.rewrite_schema_ids", "true", "false" },
        { "restore.schema_id_mapping", "{ 1: 2 }", "{}" },
        { "restore.schema_id_rewrite_topics", "[orders]", "[]" },
        { "restore.schema_id_rewrite_strict", "false", "true" },
    };

    public static TheoryData<string, string, string> KeysWithoutEffect => new()
    {
        { "target.connection.keepalive_time_secs", "60", "target.connection.keepalive_time_secs" },
        { "target.connection.keepalive_interval_secs", "20", "target.connection.keepalive_interval_secs" },
        { "target.connection.fetch_max_wait_ms", "500", "target.connection.fetch_max_wait_ms" },
        { "restore.header_preflight", "full", "restore.header_preflight" },
        { "restore.circuit_breaker.enabled", "true", "restore.circuit_breaker" },
        { "restore.circuit_breaker.failure_threshold", "5", "restore.circuit_breaker" },
        { "restore.circuit_breaker.reset_timeout_ms", "30000", "restore.circuit_breaker" },
        { "restore.circuit_breaker.success_threshold", "2", "restore.circuit_breaker" },
        { "metrics.max_partition_labels", "100", "metrics.max_partition_labels" },
        { "source", "{ bootstrap_servers: [a:1], security: { sasl_password: '${NOT_SET}' } }", "source" },
        { "backup", "{ anything: { at: [all] } }", "backup" },
        { "offset_storage", "{ backend: sqlite }", "offset_storage" },
        { "logging", "{ level: debug }", "logging" },
    };

    [Theory]
    [MemberData(nameof(Sampled))]
    public void Another_value_makes_other_options(string path)
    {
        foreach (var sample in KeySamples.All.Where(sample => sample.Path == path))
        {
            // The companions of one backend are strangers to the other; what counts here is the backend itself.
            var with = path == "storage.backend" ? sample.With().Remove("storage.path") : sample.With();
            var without = path == "storage.backend" ? sample.Without().Remove("storage.bucket") : sample.Without();

            Assert.NotEqual(OptionsText.Of(Good(without)), OptionsText.Of(Good(with)));
        }
    }

    [Fact]
    public void Every_key_that_changes_options_has_a_sample()
    {
        var expected = ConfigurationKeys.All.Where(key => key.ChangesOptions).Select(key => key.Path).Except(SeenByRulesOnly);

        Assert.Equal(expected.Order(StringComparer.Ordinal), KeySamples.All.Select(sample => sample.Path).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_default_that_the_reference_names_is_the_one_that_holds()
    {
        string[] described = ["no limit", "as the endpoint says", "false; true with an endpoint", "required", "none", "target_profile's, else the archive's, else the broker's", ""];
        var tested = 0;
        foreach (var sample in KeySamples.All)
        {
            var key = ConfigurationKeys.All.Single(key => key.Path == sample.Path);
            var isOneWord = key.Type.Contains('|', StringComparison.Ordinal) || key.Type is "boolean" or "integer" || key.Type.StartsWith("size", StringComparison.Ordinal) || key.Type.StartsWith("duration", StringComparison.Ordinal);
            if (!isOneWord || key.Class == KeyClass.NoEffect || described.Contains(key.Default) || sample.Other is not null)
            {
                continue;
            }

            Assert.Equal(OptionsText.Of(Good(sample.Without())), OptionsText.Of(Good(sample.Without().Set(key.Path, key.Default))));
            tested++;
        }

        Assert.True(tested >= 20, $"only {tested} defaults were compared");
    }

    [Fact]
    public void Every_key_of_a_working_class_changes_options_or_says_when_it_does_not()
    {
        string[] alwaysTheSame = ["mode", "restore.dry_run_check_segments"];
        var idle = ConfigurationKeys.All.Where(key => key.Class is KeyClass.Works or KeyClass.Better or KeyClass.Own && !key.ChangesOptions);

        Assert.Equal(alwaysTheSame, idle.Select(key => key.Path));
        Assert.Empty(Good(new ConfigurationText().Set("restore.dry_run_check_segments", "true")).Notices);
        Assert.Single(Good(new ConfigurationText().Set("restore.dry_run_check_segments", "false")).Notices);
    }

    [Theory]
    [MemberData(nameof(RefusedKeys))]
    public void What_is_not_there_is_refused_only_when_it_is_asked_for(string path, string asking, string? harmless)
    {
        var problem = Assert.Single(new ConfigurationText().Set(path, asking).Read().Problems);
        Assert.Same(ErrorCodes.ConfigNotSupported, problem.Code);
        Assert.Equal(path, problem.Path);
        Assert.True(problem.Line > 0);

        var accepted = Good(new ConfigurationText().Set(path, harmless ?? "null"));
        Assert.Empty(accepted.Notices);
        Assert.Equal(OptionsText.Of(Good(new ConfigurationText())), OptionsText.Of(accepted));
    }

    [Fact]
    public void Every_refused_key_has_a_sample()
    {
        // Keys of a storage that is refused as a whole are tested there.
        var expected = ConfigurationKeys.All.Where(key => key is { Class: KeyClass.Refused, Backends: StorageBackend.None }).Select(key => key.Path);

        Assert.Equal(expected.Order(StringComparer.Ordinal), RefusedKeys.Select(row => (string)row[0]!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(KeysWithoutEffect))]
    public void A_key_without_effect_shows_one_line_and_changes_nothing_of_the_restore(string path, string value, string shownAs)
    {
        var configuration = Good(new ConfigurationText().Set(path, value));

        var notice = Assert.Single(configuration.Notices);
        Assert.Equal(shownAs, notice.Path);
        Assert.StartsWith("has no effect: ", notice.Text, StringComparison.Ordinal);
        Assert.True(notice.Line > 0);
        Assert.Equal(OptionsText.Of(Good(new ConfigurationText()) with { Metrics = null }), OptionsText.Of(configuration with { Metrics = null }));
    }

    [Fact]
    public void Every_key_without_effect_has_a_sample()
    {
        var expected = ConfigurationKeys.All.Where(key => key.Class == KeyClass.NoEffect).Select(key => key.Path);

        Assert.Equal(expected.Order(StringComparer.Ordinal), KeysWithoutEffect.Select(row => (string)row[0]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_key_without_effect_that_is_switched_off_shows_nothing() =>
        Assert.Empty(Good(new ConfigurationText().Set("restore.circuit_breaker.enabled", "false")).Notices);

    [Fact]
    public void A_section_without_effect_shows_one_line_for_all_of_its_keys() =>
        Assert.Single(Good(new ConfigurationText().Set("restore.circuit_breaker.failure_threshold", "1").Set("restore.circuit_breaker.success_threshold", "1").Set("restore.circuit_breaker.enabled", "true")).Notices);

    [Fact]
    public void A_file_for_a_backup_is_refused()
    {
        var problem = Assert.Single(new ConfigurationText().Set("mode", "backup").Read().Problems);

        Assert.Same(ErrorCodes.ConfigNotSupported, problem.Code);
        Assert.Equal(ExitCode.Usage, problem.Code.Exit);
    }

    private static RestoreConfiguration Good(ConfigurationText text)
    {
        var result = text.Read();
        Assert.True(result.Value is not null, string.Join('\n', result.Problems) + "\n" + text);
        return result.Value;
    }
}
