using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Expansion;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Tests;

public sealed class ExpansionTests
{
    private readonly FakeExpansionSource _source = new();

    [Theory]
    [InlineData("${NAME}", "v")]
    [InlineData("a-${NAME}-b", "a-v-b")]
    [InlineData("${NAME}${NAME}", "vv")]
    [InlineData("'${NAME}'", "v")]
    [InlineData("\"${NAME}\"", "v")]
    [InlineData("${OTHER:-standard}", "standard")]
    [InlineData("${EMPTY:-standard}", "standard")]
    [InlineData("${NAME:-standard}", "v")]
    [InlineData("${OTHER:-a:-b}", "a:-b")]
    [InlineData("x$${NAME}", "x${NAME}")]
    [InlineData("$NAME", "$NAME")]
    [InlineData("pa$$word", "pa$$word")]
    [InlineData("a$", "a$")]
    [InlineData("${file:/secret}", "from file")]
    [InlineData("${file:/crlf}", "a")]
    [InlineData("${file:/two}", "\"a\\n\"")]
    public void A_value_is_expanded(string yaml, string expected)
    {
        _source.Variables["NAME"] = "v";
        _source.Variables["EMPTY"] = "";
        _source.Files["/secret"] = "from file\n";
        _source.Files["/crlf"] = "a\r\n";
        _source.Files["/two"] = "a\n\n";

        Assert.Equal(expected == "\"a\\n\"" ? "a\n" : expected, Read(yaml).Options.BackupId);
    }

    [Theory]
    [InlineData("9", 9)]
    [InlineData(" 9", null)]
    [InlineData("nine", null)]
    [InlineData("9 # x", null)]
    public void A_plain_value_gets_its_type_after_the_expansion(string variable, int? expected)
    {
        _source.Variables["N"] = variable;
        var result = new ConfigurationText().Set("restore.max_concurrent_partitions", "${N}").Read(_source);

        Assert.Equal(expected, result.Value?.Options.Execution.MaxConcurrentLanes);
    }

    [Fact]
    public void A_quoted_value_stays_text_after_the_expansion()
    {
        _source.Variables["N"] = "9";

        Assert.Null(new ConfigurationText().Set("restore.max_concurrent_partitions", "'${N}'").Read(_source).Value);
    }

    [Fact]
    public void A_text_may_come_from_a_variable_that_looks_like_a_number()
    {
        _source.Variables["N"] = "123456";

        Assert.Equal("123456", Read("${N}").Options.BackupId);
    }

    [Fact]
    public void A_variable_that_is_empty_counts_as_no_value_where_a_key_may_be_absent()
    {
        _source.Variables["REGION"] = "";
        var result = new ConfigurationText().Set("storage.backend", "s3").Set("storage.bucket", "b").Set("storage.region", "${REGION}").Read(_source);

        Assert.Null(Assert.IsType<S3StorageOptions>(result.Value!.Options.Storage).Region);
    }

    [Fact]
    public void A_variable_cannot_bring_in_yaml_or_further_variables()
    {
        _source.Variables["EVIL"] = "a\ndry_run: true # ${NAME}\n  - x: [";

        Assert.Equal(_source.Variables["EVIL"], Read("${EVIL}").Options.BackupId);
        Assert.DoesNotContain("NAME", _source.Asked);
    }

    [Fact]
    public void Variables_stand_without_quotes_in_flow_lists_and_maps()
    {
        _source.Variables["BROKERS"] = "a:1,b:2, [::1]:3";
        _source.Variables["TOPIC"] = "orders";
        var result = new ConfigurationText()
            .Set("target.bootstrap_servers", "[${BROKERS}, c:4]")
            .Set("restore.topic_mapping", "{ orders: ${TOPIC}, payments: ${OTHER:-paid} }")
            .Read(_source);

        Assert.Equal(["a:1", "b:2", "[::1]:3", "c:4"], result.Value!.Options.Target.BootstrapServers);
        Assert.Equal("paid", result.Value.Options.Mapping.Topics["payments"]);
    }

    [Fact]
    public void Neither_comments_nor_keys_are_expanded()
    {
        var text = new ConfigurationText().Set("restore.topic_mapping", "{ \"${KEY}\": x }") + "# ${COMMENT} ${\n";
        var result = new ConfigurationReader(_source).Read(text, "test.yaml");

        Assert.Equal(["${KEY}"], result.Value!.Options.Mapping.Topics.Keys);
        Assert.Empty(_source.Asked);
    }

    [Fact]
    public void An_unset_variable_is_named_with_its_key_and_line()
    {
        var problem = Assert.Single(new ConfigurationText().Set("storage.backend", "filesystem").Set("storage.path", "${ARCHIVES}").Read(_source).Problems);

        Assert.Same(ErrorCodes.ConfigVariableUnset, problem.Code);
        Assert.Equal("storage.path", problem.Path);
        Assert.Equal(5, problem.Line);
        Assert.Contains("ARCHIVES", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${NAME", "closing brace")]
    [InlineData("a ${", "closing brace")]
    [InlineData("${}", "no variable name")]
    [InlineData("${1A}", "no variable name")]
    [InlineData("${A B}", "no variable name")]
    [InlineData("${A-b}", "no variable name")]
    [InlineData("'${A:-${B}}'", "holds another")]
    [InlineData("${file:}", "names no file")]
    public void A_malformed_variable_is_an_error(string yaml, string expected)
    {
        var problem = Assert.Single(new ConfigurationText().Set("backup_id", yaml).Read(_source).Problems);

        Assert.Contains(expected, problem.What, StringComparison.Ordinal);
        Assert.Equal("backup_id", problem.Path);
    }

    [Fact]
    public void A_missing_file_is_named_with_its_key()
    {
        var problem = Assert.Single(new ConfigurationText().Set("backup_id", "${file:/nowhere/at-all}").Read().Problems);

        Assert.Same(ErrorCodes.ConfigVariableUnset, problem.Code);
        Assert.Contains("/nowhere/at-all", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_unset_variable_is_reported()
    {
        var result = new ConfigurationText().Set("backup_id", "${A}").Set("restore.report", "${B}").Set("target.topics.include", "['${C}', '${D}']").Read(_source);

        Assert.Equal(4, result.Problems.Count);
        Assert.All(result.Problems, problem => Assert.Same(ErrorCodes.ConfigVariableUnset, problem.Code));
        Assert.Equal("target.topics.include[1]", result.Problems[^1].Path);
    }

    [Fact]
    public void What_variables_bring_in_is_bounded()
    {
        _source.Files["/big"] = new string('x', EnvironmentExpansionSource.MaxFileSize);
        var result = new ConfigurationText().Set("backup_id", string.Concat(Enumerable.Repeat("${file:/big}", 1_000))).Read(_source);

        Assert.Contains("bring in more than", Assert.Single(result.Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_this_machine_are_read_up_to_the_limit()
    {
        var source = new EnvironmentExpansionSource();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, new string('x', EnvironmentExpansionSource.MaxFileSize));
            Assert.Equal(EnvironmentExpansionSource.MaxFileSize, source.ReadFile(path).Length);

            File.AppendAllText(path, "x");
            Assert.Throws<IOException>(() => source.ReadFile(path));

            File.WriteAllBytes(path, [0x61, 0xFF, 0xFE]);
            Assert.Throws<IOException>(() => source.ReadFile(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private RestoreConfiguration Read(string backupId) => new ConfigurationText().Set("backup_id", backupId).Read(_source).Require();
}
