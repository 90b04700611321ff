using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Kubernetes;

/// <summary>The manifests of the base fit each other.</summary>
public sealed class ManifestTests
{
    private const string Base = "deploy/kubernetes/base";
    private static readonly Dictionary<string, string> Versions = new()
    {
        ["Deployment"] = "apps/v1",
        ["Service"] = "v1",
        ["ServiceAccount"] = "v1",
        ["Namespace"] = "v1",
        ["PodDisruptionBudget"] = "policy/v1",
        ["NetworkPolicy"] = "networking.k8s.io/v1",
        ["PodMonitor"] = "monitoring.coreos.com/v1",
        ["Kustomization"] = "kustomize.config.k8s.io/v1beta1",
    };

    public static TheoryData<string> Files => [.. Repository.YamlFiles.Where(static file => file.StartsWith("deploy/kubernetes/", StringComparison.Ordinal))];

    public static TheoryData<string> Folders => [.. Repository.YamlFiles.Where(static file => Path.GetFileName(file) == "kustomization.yaml").Select(static file => Path.GetDirectoryName(file)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_manifest_says_its_version_its_kind_and_its_name(string file)
    {
        var manifest = Repository.Document(file);

        Assert.Equal(Versions[manifest["kind"].Text], manifest["apiVersion"].Text);
        if (manifest["kind"].Text != "Kustomization")
        {
            Assert.Matches("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", manifest["metadata"]["name"].Text);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_kustomization_lists_every_file_beside_it(string folder)
    {
        var kustomization = Repository.Document($"{folder}/kustomization.yaml");
        var listed = kustomization["resources"].Items.Select(static resource => resource.Text).Concat((kustomization.Find("patches")?.Items ?? []).Select(static patch => patch["path"].Text)).ToList();
        var beside = Directory.EnumerateFiles(Repository.PathOf(folder), "*.yaml").Select(Path.GetFileName).Where(static file => file != "kustomization.yaml");

        Assert.Equal(beside.Order(StringComparer.Ordinal), listed.Where(static entry => !entry.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(listed, entry => Assert.True(Path.Exists(Repository.PathOf(Path.Combine(folder, entry))), entry));
    }

    [Fact]
    public void Whatever_chooses_silos_chooses_the_pods_of_the_deployment()
    {
        var labels = Manifest("Deployment")["spec"]["template"]["metadata"]["labels"].Texts;
        IReadOnlyDictionary<string, string>[] selectors =
        [
            Manifest("Deployment")["spec"]["selector"]["matchLabels"].Texts,
            Manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"].Texts,
            Manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].Texts,
            Manifest("NetworkPolicy")["spec"]["ingress"].Items[0]["from"].Items[0]["podSelector"]["matchLabels"].Texts,
            Pod()["topologySpreadConstraints"].Items[0]["labelSelector"]["matchLabels"].Texts,
            Repository.Document("deploy/kubernetes/overlays/example/podmonitor.yaml")["spec"]["selector"]["matchLabels"].Texts,
            .. Services().Select(static service => service["spec"]["selector"].Texts),
        ];

        Assert.All(selectors, selector => Assert.Equal(labels, selector));
        Assert.All(Manifests(), manifest => Assert.Equal(labels, manifest["metadata"]["labels"].Texts));
    }

    [Fact]
    public void Ports_are_named_by_the_names_that_the_container_gives_them()
    {
        var ports = Container()["ports"].Items.ToDictionary(static port => port["name"].Text, static port => port["containerPort"].Text);

        Assert.Equal(new Dictionary<string, string> { ["http"] = "8080", ["silo"] = "11111" }, ports);
        foreach (var port in Services().SelectMany(static service => service["spec"]["ports"].Items))
        {
            Assert.Equal(ports[port["targetPort"].Text], port["port"].Text);
        }

        var open = Manifest("NetworkPolicy")["spec"]["ingress"].Items.SelectMany(static rule => rule["ports"].Items).Select(static port => port["port"].Text);
        Assert.Equal(ports.Keys.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
        Assert.All(Probes(), probe => Assert.Contains(probe["httpGet"]["port"].Text, ports.Keys));
        Assert.Equal("http", Repository.Document("deploy/kubernetes/overlays/example/podmonitor.yaml")["spec"]["podMetricsEndpoints"].Items[0]["port"].Text);
    }

    [Fact]
    public void A_silo_is_probed_where_the_api_answers_and_only_readiness_asks_what_it_needs()
    {
        Assert.Equal("/health/live", Container()["startupProbe"]["httpGet"]["path"].Text);
        Assert.Equal("/health/ready", Container()["readinessProbe"]["httpGet"]["path"].Text);
        Assert.Equal("/health/live", Container()["livenessProbe"]["httpGet"]["path"].Text);
    }

    [Fact]
    public void A_silo_has_the_time_to_hand_its_work_over()
    {
        var sleeps = int.Parse(Container()["lifecycle"]["preStop"]["exec"]["command"].Items[1].Text, System.Globalization.CultureInfo.InvariantCulture);

        Assert.InRange(int.Parse(Pod()["terminationGracePeriodSeconds"].Text, System.Globalization.CultureInfo.InvariantCulture), sleeps + 30, 600);
        Assert.Equal("0", Manifest("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"].Text);
        Assert.Equal("1", Manifest("PodDisruptionBudget")["spec"]["maxUnavailable"].Text);
    }

    [Fact]
    public void A_silo_may_do_no_more_than_it_needs()
    {
        Assert.Equal("true", Pod()["securityContext"]["runAsNonRoot"].Text);
        Assert.NotEqual("0", Pod()["securityContext"]["runAsUser"].Text);
        Assert.Equal("RuntimeDefault", Pod()["securityContext"]["seccompProfile"]["type"].Text);
        Assert.Equal("false", Pod()["automountServiceAccountToken"].Text);
        Assert.Equal("false", Container()["securityContext"]["allowPrivilegeEscalation"].Text);
        Assert.Equal("true", Container()["securityContext"]["readOnlyRootFilesystem"].Text);
        Assert.Equal(["ALL"], Container()["securityContext"]["capabilities"]["drop"].Items.Select(static capability => capability.Text));
    }

    [Fact]
    public void What_is_mounted_is_a_volume_and_what_is_named_on_the_command_line_is_mounted()
    {
        var volumes = Pod()["volumes"].Items.Select(static volume => volume["name"].Text);
        var mounts = Container()["volumeMounts"].Items;

        Assert.Equal(volumes.Order(StringComparer.Ordinal), mounts.Select(static mount => mount["name"].Text).Order(StringComparer.Ordinal));
        var paths = mounts.Select(static mount => mount["mountPath"].Text).ToList();
        foreach (var arguments in new[] { Container()["args"], Repository.Document("deploy/kubernetes/overlays/example/deployment.yaml")["spec"]["template"]["spec"]["containers"].Items[0]["args"] })
        {
            Assert.All(arguments.Items.Select(static word => word.Text).Where(static word => word.StartsWith('/')), word => Assert.Contains(paths, path => word == path || word.StartsWith($"{path}/", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void No_secret_stands_in_a_manifest()
    {
        Assert.All(Repository.YamlFiles.Where(static file => file.StartsWith("deploy/kubernetes/", StringComparison.Ordinal)), static file => Assert.NotEqual("Secret", Repository.Document(file)["kind"].Text));
        Assert.Equal("kafka-restore-redis", Container()["env"].Items.Single(static variable => variable["name"].Text == "KAFKA_RESTORE_REDIS")["valueFrom"]["secretKeyRef"]["name"].Text);
        var guide = Repository.Text("docs/running-a-cluster.md");
        Assert.All(new[] { "kafka-restore-redis", "kafka-restore-token", "kafka-restore-variables" }, secret => Assert.Contains($"create secret generic {secret} ", guide, StringComparison.Ordinal));
    }

    [KustomizeTheory]
    [MemberData(nameof(Folders))]
    public void Kustomize_builds_it(string folder)
    {
        using var kustomize = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("kubectl", ["kustomize", folder]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = kustomize.StandardError.ReadToEndAsync();
        var built = kustomize.StandardOutput.ReadToEnd();
        kustomize.WaitForExit();

        Assert.True(kustomize.ExitCode == 0, errors.Result);
        Assert.Equal("", errors.Result);
        Assert.Contains("kind: Deployment", built, StringComparison.Ordinal);
    }

    private static IEnumerable<YamlPart> Manifests() => Repository.Document($"{Base}/kustomization.yaml")["resources"].Items.Select(static resource => Repository.Document($"{Base}/{resource.Text}"));

    private static YamlPart Manifest(string kind) => Manifests().Single(manifest => manifest["kind"].Text == kind);

    private static IEnumerable<YamlPart> Services() => Manifests().Where(static manifest => manifest["kind"].Text == "Service");

    private static YamlPart Pod() => Manifest("Deployment")["spec"]["template"]["spec"];

    private static YamlPart Container() => Assert.Single(Pod()["containers"].Items);

    private static IEnumerable<YamlPart> Probes() => new[] { "startupProbe", "readinessProbe", "livenessProbe" }.Select(static probe => Container()[probe]);
}
