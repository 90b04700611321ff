using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Brokers;

/// <summary>A broker that comes back with a certificate that is not trusted: in the middle it is a bad minute, at the beginning a refusal.</summary>
public sealed class SpoiledCertificateTests
{
    private const string Waiting = "waiting for the target: ";

    [KafkaLauncherTheory]
    [InlineData("batch", CertificateFlaw.OtherAuthority, "the broker's certificate (CN=localhost, issued by CN=other-ca) is not trusted")]
    [InlineData("batch", CertificateFlaw.Expired, "the broker's certificate (CN=localhost, issued by CN=test-ca) is not valid now")]
    [InlineData("client", CertificateFlaw.OtherAuthority, "certificate verify failed")]
    public async Task A_certificate_that_is_spoiled_in_the_middle_is_waited_for_by_name(string sink, CertificateFlaw flaw, string named)
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(secure: true);
        var certificates = new BrokerCertificates(cluster);
        await using var scenario = await OverTlsAsync(cluster);
        await using var program = await scenario.StartWritingAsync([$"sink: {sink}"]);

        certificates.Spoil(flaw);
        await RestartAsync(cluster);
        await Watch.UntilAsync("the progress names the certificate", () => Task.FromResult(IsWaitingFor(program, named)), program);
        certificates.PutBack();
        await RestartAsync(cluster);

        (await program.EndAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherTheory]
    [InlineData("batch", "the broker's certificate (CN=localhost, issued by CN=other-ca) is not trusted")]
    [InlineData("client", "certificate verify failed")]
    public async Task One_that_stays_spoiled_ends_the_run_with_4_another_run_is_refused_and_the_next_goes_on(string sink, string named)
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(secure: true);
        var certificates = new BrokerCertificates(cluster);
        await using var scenario = await OverTlsAsync(cluster);
        // Longer than a broker takes to start on a busy machine: the last word must be of its certificate.
        string[] keys = [$"sink: {sink}", "broker_unavailable_timeout: 60s"];
        await using (var program = await scenario.StartWritingAsync(keys))
        {
            certificates.Spoil(CertificateFlaw.OtherAuthority);
            await RestartAsync(cluster);
            var ended = (await program.EndAsync()).MustExit(4);
            Assert.Equal(scenario.Lanes.Count, ended.Errors.Count);
            Assert.All(ended.Errors, error =>
            {
                Assert.Contains($": {ErrorCodes.TargetUnavailable}: ", error, StringComparison.Ordinal);
                Assert.Contains(named, error, StringComparison.Ordinal);
            });
            Assert.InRange(ended.Count("records_restored"), 1, scenario.Records - 1);
        }

        var refused = (await scenario.RunAsync(keys)).MustExit(3);
        Assert.Contains("(CN=localhost, issued by CN=other-ca) is not trusted", Assert.Single(refused.Errors), StringComparison.Ordinal);

        certificates.PutBack();
        await RestartAsync(cluster);
        (await scenario.RunAsync([$"sink: {sink}"])).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    // A window without the timestamp 0, which the client sink cannot carry.
    private static async Task<Scenario> OverTlsAsync(KafkaBrokerLauncher cluster)
    {
        var scenario = await Scenario.CreateAsync(cluster, new WindowRecipe());
        scenario.RecordsPerSecond = 150;
        scenario.BootstrapServers = cluster.SslBootstrapServers;
        scenario.TargetKeys = [$"security: {{security_protocol: SSL, ssl_ca_location: {cluster.TlsFile("ca.pem")}, ssl_certificate_location: {cluster.TlsFile("client.pem")}, ssl_key_location: {cluster.TlsFile("client.key")}}}"];
        await cluster.ToolAsync("acls", "--add", "--allow-principal", "User:CN=alice", "--operation", "All", "--topic", "*");
        await cluster.ToolAsync("acls", "--add", "--allow-principal", "User:CN=alice", "--operation", "All", "--transactional-id", "*");
        return scenario;
    }

    private static async Task RestartAsync(KafkaBrokerLauncher cluster)
    {
        await cluster.KillAsync(1);
        await cluster.ReviveAsync(1);
    }

    private static bool IsWaitingFor(RestoreProcess program, string named) =>
        program.Said.Split('\n').Any(line => line.Contains(Waiting, StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal));
}
