using System.Text;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Tests;

public sealed class StructureTests
{
    private const string Good = """
        mode: restore
        backup_id: archive
        target:
          bootstrap_servers: [localhost:9092]
        storage:
          backend: memory

        """;

    [Theory]
    [InlineData("restor: {}", "restor", "Did you mean restore?")]
    [InlineData("restore: { max_concurent_partitions: 4 }", "restore.max_concurent_partitions", "Did you mean restore.max_concurrent_partitions?")]
    [InlineData("restore: { circuit_breaker: { enable: true } }", "restore.circuit_breaker.enable", "Did you mean restore.circuit_breaker.enabled?")]
    [InlineData("restore: { Dry_Run: true }", "restore.Dry_Run", "Did you mean restore.dry_run?")]
    [InlineData("topic_mapping: {}", "topic_mapping", "Did you mean restore.topic_mapping?")]
    [InlineData("restore: { bootstrap_servers: [] }", "restore.bootstrap_servers", "Did you mean target.bootstrap_servers?")]
    [InlineData("metrics: { prot: 1 }", "metrics.prot", "Did you mean metrics.port?")]
    [InlineData("topics: { include: [a] }", "topics", "Did you mean target.topics?")]
    [InlineData("wholly_different: 1", "wholly_different", null)]
    public void An_unknown_key_is_reported_with_path_line_and_nearest_key(string yaml, string path, string? hint)
    {
        var problem = Assert.Single(Read(Good + yaml).Problems);

        Assert.Same(ErrorCodes.ConfigUnknownKey, problem.Code);
        Assert.Equal(path, problem.Path);
        Assert.Equal(7, problem.Line);
        Assert.Equal(hint, problem.Hint);
    }

    [Theory]
    [InlineData("target.bootstrap_server")]
    [InlineData("target.security.sasl_user")]
    [InlineData("target.topics.includes")]
    [InlineData("target.connection.no_delay")]
    [InlineData("storage.pathh")]
    [InlineData("restore.group_offsets")]
    [InlineData("restore.circuit_breaker.threshold")]
    [InlineData("metrics.address")]
    public void An_unknown_key_is_found_in_every_section(string path)
    {
        var problem = Assert.Single(new ConfigurationText().Set(path, "1").Read().Problems);

        Assert.Same(ErrorCodes.ConfigUnknownKey, problem.Code);
        Assert.Equal(path, problem.Path);
    }

    [Fact]
    public void All_problems_are_reported_at_once_in_the_order_of_the_file()
    {
        var result = Read("""
            mode: restore
            backup_idd: archive
            target:
              bootstrap_servers: [nowhere]
            storage:
              backend: s3
              bukket: b
            restore:
              dry_run: yes
              dry_run: no
              produce_acks: 0
              topic_mapping: { a: "${UNSET}" }
            """);

        Assert.Null(result.Value);
        Assert.Equal(
            [
                (0, "backup_id"),
                (0, "storage.bucket"),
                (2, "backup_idd"),
                (4, "target.bootstrap_servers[0]"),
                (7, "storage.bukket"),
                (9, "restore.dry_run"),
                (10, "restore.dry_run"),
                (11, "restore.produce_acks"),
                (12, "restore.topic_mapping.a"),
            ],
            result.Problems.Select(problem => (problem.Line, problem.Path)));
    }

    [Fact]
    public void Several_problems_become_one_failure_that_lists_them()
    {
        var failure = Assert.Throws<RestoreException>(() => Read(Good + "restore: { dry_run: 1, rewrite_schema_ids: true, dri_run: true }").Require());

        Assert.Same(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Equal("test.yaml", failure.Where);
        Assert.Contains("3 problems", failure.Message, StringComparison.Ordinal);
        Assert.All(new[] { "restore.dry_run", "restore.rewrite_schema_ids", "restore.dri_run" }, path => Assert.Contains(path, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void One_problem_keeps_its_code_place_and_hint()
    {
        var failure = Assert.Throws<RestoreException>(() => Read(Good + "restore: { dri_run: true }").Require());

        Assert.Equal("CONFIG_UNKNOWN_KEY: restore.dri_run: the key is not known (test.yaml:7:12). Did you mean restore.dry_run?", failure.Describe());
    }

    [Theory]
    [InlineData("mode")]
    [InlineData("backup_id")]
    [InlineData("target")]
    [InlineData("storage")]
    [InlineData("target.bootstrap_servers")]
    [InlineData("storage.backend")]
    public void A_required_key_that_is_missing_is_named(string path)
    {
        var text = new ConfigurationText().Set("target.client", "{}").Set("storage.prefix", "null").Remove(path);

        Assert.Contains(text.Read().Problems, problem => problem.Path == path && problem.Code == ErrorCodes.ConfigInvalid && problem.What.Contains("missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("null")]
    public void An_empty_file_misses_all_that_is_required(string text) =>
        Assert.Equal(["mode", "backup_id", "target", "storage"], Read(text).Problems.Select(problem => problem.Path));

    [Theory]
    [InlineData("[a, b]")]
    [InlineData("just text")]
    public void A_file_that_is_no_map_is_refused(string text) => Assert.Contains(Read(text).Problems, problem => problem.What.Contains("instead of keys", StringComparison.Ordinal));

    [Theory]
    [InlineData("mode: restore\n", 7, "mode")]
    [InlineData("restore:\n  topic_mapping:\n    a: b\n    a: c\n", 10, "restore.topic_mapping.a")]
    [InlineData("restore:\n  dry_run: true\n  dry_run: true\n", 9, "restore.dry_run")]
    [InlineData("source: { a: { b: 1, b: 2 } }\n", 7, "source.a.b")]
    [InlineData("source: [{ <<: {}, <<: {} }]\n", 7, "source.(not a plain word)")]
    public void A_key_that_stands_twice_is_an_error_anywhere(string yaml, int line, string path)
    {
        var problem = Assert.Single(Read(Good + yaml).Problems);

        Assert.Equal(line, problem.Line);
        Assert.Equal(path, problem.Path);
        Assert.Contains("second time", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_aliases_and_merge_keys_work()
    {
        var options = Read("""
            mode: restore
            backup_id: &name archive
            target:
              bootstrap_servers: [localhost:9092]
              topics:
                include: &topics [orders, *name]
                exclude: *topics
            storage: { backend: memory }
            source: &base { dry_run: true, create_topics: true }
            backup: &more { create_topics: false, strip_offset_headers: true }
            restore:
              <<: [*base, *more]
              dry_run: false
            """).Require().Options;

        Assert.Equal(["orders", "archive"], options.Selection.Exclude);
        Assert.False(options.DryRun);
        Assert.True(options.Preparation.CreateTopics);
        Assert.True(options.Headers.Strip);
    }

    [Theory]
    [InlineData("source: *nowhere", "refers to no anchor")]
    [InlineData("source: &a [*a]", "the node that it stands in")]
    [InlineData("source: { <<: 1 }", "names something that is not a map")]
    [InlineData("source: { [a]: 1 }", "a key is a list or a map")]
    [InlineData("source: !secret x", "a tag")]
    [InlineData("source: !!int '1'", "a tag")]
    [InlineData("---\nmode: restore", "more than one YAML document")]
    [InlineData("restore: { a: [", "not valid YAML")]
    [InlineData("restore:\n\tdry_run: true", "not valid YAML")]
    [InlineData("a: b: c", "not valid YAML")]
    [InlineData("a: 'b", "not valid YAML")]
    [InlineData("a: \"\\x\"", "not valid YAML")]
    [InlineData("a: \"\\uD800\"", "not valid YAML")]
    [InlineData("a: @b", "not valid YAML")]
    public void What_is_no_readable_yaml_is_one_problem_with_a_place(string yaml, string expected)
    {
        var problem = Assert.Single(Read(Good + yaml).Problems);

        Assert.Contains(expected, problem.What, StringComparison.Ordinal);
        Assert.True(problem is { Line: >= 7, Column: > 0 }, problem.ToString());
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_not_matter() =>
        Assert.NotNull(Read("\uFEFF" + Good.ReplaceLineEndings("\r\n")).Value);

    [Fact]
    public void Nesting_is_bounded()
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "") })
        {
            var text = new StringBuilder("source: \n  ");
            text.Insert(text.Length, open, 100_000).Insert(text.Length, close, 100_000);

            Assert.Contains("levels deep", Assert.Single(Read(text.ToString()).Problems).What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Aliases_that_multiply_are_bounded()
    {
        var text = new StringBuilder("source:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++)
        {
            var items = string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10));
            text.Append($"  a{i}: &a{i} [{items}]\n");
        }

        Assert.Contains("aliases expanded", Assert.Single(Read(text.ToString()).Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_that_multiply_are_bounded()
    {
        var text = new StringBuilder("source:\n  base: &base { ");
        text.AppendJoin(", ", Enumerable.Range(0, 40_000).Select(i => $"k{i}: 1")).Append(" }\n  all:\n");
        text.Insert(text.Length, "    - { <<: *base }\n", 20_000);

        Assert.Contains("aliases expanded", Assert.Single(Read(text.ToString()).Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_of_long_texts_are_bounded()
    {
        var text = $"source:\n  - &long \"{new string('x', 500_000)}\"\n" + string.Concat(Enumerable.Repeat("  - *long\n", 50_000));

        Assert.Contains("aliases expanded", Assert.Single(Read(text).Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused()
    {
        Assert.NotNull(Read(Good + new string('#', YamlLimits.FileSize - Good.Length)).Value);
        Assert.Contains("larger than", Assert.Single(Read(Good + new string('#', YamlLimits.FileSize - Good.Length + 1)).Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_very_many_problems_lists_a_hundred_and_counts_the_rest()
    {
        var result = Read(Good + "restore:\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"  dry_rum{i}: 1\n  dry_rum{i}: 1\n")));

        Assert.Equal(100, result.Problems.Count);
        Assert.Equal(4_900, result.FurtherProblems);
    }

    [Fact]
    public void A_file_on_disk_is_read_by_its_path()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, Good);
            Assert.NotNull(new ConfigurationReader().ReadFile(path).Value);

            File.WriteAllBytes(path, [0x61, 0x3A, 0x20, 0xFF]);
            Assert.Contains("UTF-8", Assert.Single(new ConfigurationReader().ReadFile(path).Problems).What, StringComparison.Ordinal);

            File.WriteAllBytes(path, new byte[YamlLimits.FileSize + 1]);
            Assert.Contains("larger", Assert.Single(new ConfigurationReader().ReadFile(path).Problems).What, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains("no such file", Assert.Single(new ConfigurationReader().ReadFile(path).Problems).What, StringComparison.Ordinal);
        Assert.Contains("directory", Assert.Single(new ConfigurationReader().ReadFile(Path.GetTempPath()).Problems).What, StringComparison.Ordinal);
        Assert.Single(new ConfigurationReader().ReadFile("").Problems);
    }

    private static ConfigurationResult Read(string text) => new ConfigurationReader(new FakeExpansionSource()).Read(text, "test.yaml");
}
