using System.Diagnostics;
using System.Text.RegularExpressions;
using KafkaRestore.Configuration;
using KafkaRestore.Configuration.Expansion;
using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Compose;

public sealed partial class ComposeTests
{
    private static readonly YamlPart Compose = Repository.Document("docker-compose.yml");

    public static TheoryData<string> Services => [.. Compose["services"].Entries.Keys];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_has_an_image_of_one_version_and_is_started_again(string name)
    {
        var service = Compose["services"][name];

        Assert.Matches(@"^[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?$", service["image"].Text);
        Assert.Equal(EndsByItself(name) ? "no" : "unless-stopped", service["restart"].Text);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_says_whether_it_is_well_or_is_waited_for_to_its_end(string name)
    {
        if (EndsByItself(name))
        {
            Assert.Null(Compose["services"][name].Find("healthcheck"));
            return;
        }

        var check = Compose["services"][name]["healthcheck"];
        Assert.StartsWith("CMD", check["test"].Items[0].Text, StringComparison.Ordinal);
        Assert.All(new[] { "interval", "timeout", "retries" }, key => Assert.NotNull(check.Find(key)));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_a_service_refers_to_is_there(string name)
    {
        var service = Compose["services"][name];
        var services = Compose["services"].Entries;
        foreach (var (other, how) in service.Find("depends_on")?.Entries ?? new Dictionary<string, YamlPart>())
        {
            Assert.True(services.ContainsKey(other), $"{name} depends on {other}");
            Assert.Equal(EndsByItself(other) ? "service_completed_successfully" : "service_healthy", how["condition"].Text);
        }

        foreach (var source in (service.Find("volumes")?.Items ?? []).Select(static volume => volume.Text.Split(':')[0]))
        {
            Assert.True(source.StartsWith('.') ? Path.Exists(Repository.PathOf(source)) : Compose["volumes"].Entries.ContainsKey(source), $"{name} mounts {source}");
        }

        if (service.Find("build") is { } build)
        {
            Assert.True(File.Exists(Path.Combine(Repository.PathOf(build.Text), "Dockerfile")));
        }
    }

    [Fact]
    public void Every_port_is_for_this_machine_alone_and_none_is_used_twice()
    {
        var ports = Compose["services"].Entries.Values.SelectMany(static service => service.Find("ports")?.Items ?? []).Select(static port => port.Text).ToList();

        Assert.All(ports, static port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Equal(ports.Count, ports.Select(static port => port.Split(':')[1]).Distinct().Count());
    }

    [Fact]
    public void Names_of_services_in_addresses_are_those_of_services()
    {
        var services = Compose["services"];

        Assert.Equal("redis:6379", services["silo-1"]["environment"]["KAFKA_RESTORE_REDIS"].Text);
        Assert.All(ServiceInAddress().Matches(services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].Text + services["kafka"]["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"].Text), static at => Assert.True(at.Groups[1].Value is "kafka" or "127.0.0.1"));
        Assert.Equal("http://prometheus:9090", Repository.Document("deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"].Items[0]["url"].Text);
    }

    [Fact]
    public void Silos_are_alike_but_for_where_they_are_built_and_heard()
    {
        var silos = Compose["services"].Entries.Where(static service => service.Key.StartsWith("silo-", StringComparison.Ordinal)).Select(static service => service.Value).ToList();

        Assert.Equal(3, silos.Count);
        Assert.Single(silos, static silo => silo.Find("build") is not null);
        Assert.All(silos.Where(static silo => silo.Find("build") is null), static silo => Assert.Equal("never", silo["pull_policy"].Text));
        Assert.Single(silos.Select(static silo => (silo["image"].Text, string.Join(' ', silo["command"].Items.Select(static word => word.Text)), string.Join(' ', silo["environment"].Texts))).Distinct());
    }

    [Fact]
    public void The_configuration_that_is_submitted_is_accepted_and_fits_the_services()
    {
        var silo = Compose["services"]["silo-1"];
        var s3 = Compose["services"]["s3"];
        var result = new ConfigurationReader(new Variables(silo["environment"].Texts), secretsByReference: true).Read(Repository.Text("deploy/compose/restore.yaml"), "restore.yaml");

        Assert.True(result.Problems.Count == 0, string.Join("; ", result.Problems));
        var storage = Repository.Document("deploy/compose/restore.yaml")["storage"];
        Assert.Contains($":{new Uri(storage["endpoint"].Text).Port}", s3["command"].Items.Select(static word => word.Text));
        Assert.Equal("s3", new Uri(storage["endpoint"].Text).Host);
        Assert.Contains($"./samples/archive:/data/{storage["bucket"].Text}:ro", s3["volumes"].Items.Select(static volume => volume.Text));
        Assert.Equal(s3["environment"]["ROOT_ACCESS_KEY"].Text, silo["environment"]["RESTORE_S3_ACCESS_KEY"].Text);
        Assert.Equal(s3["environment"]["ROOT_SECRET_KEY"].Text, silo["environment"]["RESTORE_S3_SECRET_KEY"].Text);
        Assert.True(Directory.Exists(Repository.PathOf(Path.Combine("samples/archive", Repository.Document("deploy/compose/restore.yaml")["backup_id"].Text))));
    }

    [ComposeFact]
    public void Compose_itself_accepts_the_file()
    {
        using var compose = Process.Start(new ProcessStartInfo("docker", ["compose", "config", "--quiet"]) { WorkingDirectory = Repository.Root, RedirectStandardError = true })!;
        var said = compose.StandardError.ReadToEnd();
        compose.WaitForExit();

        Assert.True(compose.ExitCode == 0, said);
    }

    [Fact]
    public void The_images_of_the_dockerfile_have_one_version_and_it_does_not_run_as_root()
    {
        var lines = Repository.Text("Dockerfile").Split('\n');
        var images = lines.Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(static line => line.Split(' ').First(static word => word.Contains('/', StringComparison.Ordinal))).ToList();

        Assert.Equal(2, images.Count);
        Assert.All(images, static image => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/(sdk|aspnet):10\.\d+\.\d+-[a-z]+$", image));
        Assert.Contains("USER $APP_UID", lines);
        Assert.All(lines.Where(static line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)).SelectMany(static line => line.Split(' ')[1..^1]), static source =>
        {
            Assert.True(Path.Exists(Repository.PathOf(source)), $"the Dockerfile copies {source}");
            Assert.Contains($"!{source}", Repository.Text(".dockerignore").Split('\n'));
        });
    }

    private static bool EndsByItself(string name) => name == "token";

    [GeneratedRegex(@"(?://|@)([A-Za-z0-9.-]+):\d+")]
    private static partial Regex ServiceInAddress();

    private sealed class Variables(IReadOnlyDictionary<string, string> known) : IExpansionSource
    {
        public string? Variable(string name) => known.GetValueOrDefault(name);

        public string ReadFile(string path) => throw new FileNotFoundException("no file is named", path);
    }
}
