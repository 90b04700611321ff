using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>A right that is missing ends a restore with one error that names it, and what was not allowed was not done.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class MissingRightTests(SecureTarget target) : IDisposable
{
    private static int s_principals;

    private readonly Scratch _scratch = new();
    private readonly string _principal = $"carol-{Interlocked.Increment(ref s_principals)}";

    public void Dispose() => _scratch.Dispose();

    [KafkaLauncherFact]
    public async Task To_describe_the_topic()
    {
        var topic = await (await target.ClusterAsync()).CreateTopicAsync(partitions: 3);

        await AssertDeniedAsync(topic, $"describing topic '{topic}' was denied", "Allow this principal to Describe and Write the topic");
    }

    [KafkaLauncherFact]
    public async Task To_create_the_topic()
    {
        var topic = KafkaBroker.NewTopicName();
        await AllowAsync(["Describe", "Write"], "--topic", topic);
        await AllowFencingAsync();

        await AssertDeniedAsync(topic, "the principal may not create the topic", "Create", "create_topics: true");
    }

    [KafkaLauncherFact]
    public async Task To_use_transactional_ids()
    {
        var topic = await (await target.ClusterAsync()).CreateTopicAsync(partitions: 3);
        await AllowAsync(["Describe", "Write", "Read"], "--topic", topic);

        await AssertDeniedAsync(topic, "krc.", "Allow Write and Describe on transactional ids with the prefix krc.");
    }

    [KafkaLauncherTheory]
    [InlineData("fenced")]
    [InlineData("idempotent")]
    public async Task To_write_the_topic(string delivery)
    {
        var topic = await (await target.ClusterAsync()).CreateTopicAsync(partitions: 3);
        await AllowAsync(["Read"], "--topic", topic);
        await AllowFencingAsync();

        await AssertDeniedAsync(topic, "the principal may not write to the topic", "Allow", $"delivery: {delivery}");
    }

    [KafkaLauncherFact]
    public async Task To_read_the_topic_back_behind_the_fence()
    {
        var topic = await (await target.ClusterAsync()).CreateTopicAsync(partitions: 3);
        await AllowAsync(["Write"], "--topic", topic);
        await AllowFencingAsync();

        await AssertDeniedAsync(topic, "the principal may not read the topic", "restore.delivery: idempotent");
    }

    [KafkaLauncherFact]
    public async Task With_the_rights_that_the_documentation_names_a_restore_is_complete()
    {
        var topic = KafkaBroker.NewTopicName();
        await AllowAsync(["Describe", "Read", "Write", "Create"], "--topic", topic);
        await AllowFencingAsync();

        (await RunAsync(topic, "create_topics: true")).MustExit(0);
    }

    private Task AllowAsync(string[] operations, params string[] resource) => target.AllowAsync($"User:{_principal}", operations, resource);

    private Task AllowFencingAsync() => AllowAsync(["Write", "Describe"], "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");

    private async Task<CliResult> RunAsync(string topic, string restore)
    {
        var token = _scratch.Write("token", TokenServer.Token(_principal, DateTimeOffset.UtcNow.AddMinutes(30)));
        var config = _scratch.Configuration(
            "shop",
            (await target.ClusterAsync()).SaslBootstrapServers,
            $"topic_mapping: {{orders: {topic}}}\n{restore}",
            $"topics: {{include: [orders]}}\nsecurity: {{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_file: {token}}}");
        return await CliProgram.RunAsync("restore", "--config", config, "--format", "json", "--state-dir", _scratch.PathOf("state"));
    }

    private async Task AssertDeniedAsync(string topic, string what, string hint, string restore = "")
    {
        var result = (await RunAsync(topic, restore)).MustExit(3);

        var errors = JsonShape.Parse(result.Out).GetProperty("errors").EnumerateArray().Select(error => error.GetString()!).ToList();
        Assert.NotEmpty(errors);
        Assert.All(errors, error =>
        {
            Assert.Contains("TARGET_DENIED: ", error, StringComparison.Ordinal);
            Assert.Contains(what, error, StringComparison.Ordinal);
            Assert.Contains(hint, error, StringComparison.Ordinal);
        });
        Assert.Equal(0, JsonShape.Parse(result.Out).GetProperty("records_restored").GetInt64());
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
