using KafkaRestore.Cli.Tests.Security;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Rollback;

/// <summary>The commands over TLS with SCRAM, and as a user without rights.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class SecuredGroupTests(SecureTarget target) : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [KafkaLauncherFact]
    public async Task A_snapshot_and_a_rollback_work_and_a_missing_right_is_named()
    {
        var cluster = await target.ClusterAsync();
        var topic = await cluster.CreateTopicAsync(1);
        var group = $"group-of-{topic}";
        var file = _scratch.Write("offsets.csv", $"{group},{topic},0,0\n");
        string[] store = ["--path", _scratch.Root];

        (await RunAsync("admin", "admin-secret", "offsets", "import", file, "--no-snapshot")).MustExit(0);
        (await RunAsync("admin", "admin-secret", ["offset-rollback", "snapshot", "--groups", group, .. store])).MustExit(0);
        string[] snapshot = ["--snapshot-id", Path.GetFileName(Directory.GetDirectories(_scratch.PathOf("offset-snapshots"))[0]), .. store];
        (await RunAsync("admin", "admin-secret", ["offset-rollback", "rollback", .. snapshot, "--no-snapshot"])).MustExit(0);

        Denied(await RunAsync("admin", "no-such-secret", ["offset-rollback", "verify", .. snapshot]), "TARGET_DENIED", "SCRAM-SHA-512");
        Denied(await RunAsync("alice", "alice-secret", ["offset-rollback", "snapshot", "--groups", group, .. store]), "GROUP_UNREADABLE", $"no right DESCRIBE on group '{group}'");
        Denied(await RunAsync("alice", "alice-secret", ["offset-rollback", "verify", .. snapshot]), "GROUP_UNREADABLE", $"no right DESCRIBE on group '{group}'");
        Denied(await RunAsync("alice", "alice-secret", ["offset-rollback", "rollback", .. snapshot]), "GROUP_UNREADABLE", $"no right DESCRIBE on group '{group}'");
        Denied(await RunAsync("alice", "alice-secret", "offsets", "export", "--groups", group), "GROUP_UNREADABLE", $"no right DESCRIBE on group '{group}'");
        Denied(await RunAsync("alice", "alice-secret", "offsets", "import", file, "--no-snapshot"), "TARGET_DENIED", $"no right DESCRIBE on topic '{topic}'");

        await target.AllowAsync("User:alice", ["Describe"], "--group", group, "--topic", topic);
        var failed = (await RunAsync("alice", "alice-secret", ["offset-rollback", "rollback", .. snapshot, "--format", "json"])).MustExit(4);
        Assert.Contains($"no right READ on group '{group}'", failed.Out, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task A_reset_works_and_a_missing_right_is_named()
    {
        var cluster = await target.ClusterAsync();
        var topic = await cluster.CreateTopicAsync(1);
        var group = $"group-of-{topic}";
        var map = _scratch.Write("map.csv", $"source_topic,source_partition,target_topic,target_partition,source_offset,target_offset,length,first_timestamp,last_timestamp\n{topic},0,{topic},0,7,0,1,-1,-1\n");
        string[] what = ["--from", map, "--offsets-from", _scratch.Write("offsets.csv", $"{group},{topic},0,7\n"), "--groups", group];

        (await RunAsync("admin", "admin-secret", ["offset-reset", "plan", .. what])).MustExit(0);
        (await RunAsync("admin", "admin-secret", ["offset-reset", "script", .. what])).MustExit(0);
        (await RunAsync("admin", "admin-secret", ["offset-reset", "execute", .. what, "--snapshot-path", _scratch.Root])).MustExit(0);
        (await RunAsync("admin", "admin-secret", ["offset-reset-bulk", .. what, "--no-snapshot"])).MustExit(0);

        foreach (var command in (string[][])[["offset-reset", "plan"], ["offset-reset", "script"], ["offset-reset", "execute"], ["offset-reset-bulk"]])
        {
            Denied(await RunAsync("alice", "alice-secret", [.. command, .. what]), "TARGET_DENIED", $"no right DESCRIBE on topic '{topic}'");
        }

        await target.AllowAsync("User:alice", ["Describe"], "--topic", topic);
        Denied(await RunAsync("alice", "alice-secret", ["offset-reset-bulk", .. what, "--no-snapshot"]), "GROUP_UNREADABLE", $"no right DESCRIBE on group '{group}'");
        await target.AllowAsync("User:alice", ["Describe"], "--group", group);
        var failed = (await RunAsync("alice", "alice-secret", ["offset-reset-bulk", .. what, "--no-snapshot", "--format", "json"])).MustExit(4);
        Assert.Contains($"no right READ on group '{group}'", failed.Out, StringComparison.Ordinal);
    }

    private static void Denied(CliResult result, string code, string right)
    {
        result.MustExit(3);
        Assert.StartsWith($"{code}: ", result.Error.Split('\n').First(line => !line.StartsWith("rolling back", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(right, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    private async Task<CliResult> RunAsync(string user, string password, params string[] arguments)
    {
        var cluster = await target.ClusterAsync();
        await using var program = CliProgram.Start(
            [.. arguments, "--bootstrap-servers", cluster.SaslSslBootstrapServers, "--security-protocol", "SASL_SSL"],
            ("KAFKA_USERNAME", user), ("KAFKA_PASSWORD", password), ("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"), ("KAFKA_SSL_CA_CERT", cluster.TlsFile("ca.pem")));
        return await program.EndAsync();
    }
}
