using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Alerts;

public sealed class AlertTests
{
    private const string File = "deploy/prometheus/alerts.yml";

    // What Prometheus itself makes.
    private static readonly string[] Foreign = ["up"];

    public static TheoryData<string> Names => [.. Rules().Select(static rule => rule["alert"].Text)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_alert_asks_only_for_numbers_and_labels_that_there_are(string alert)
    {
        var expression = Rule(alert)["expr"].Text;
        var known = await KnownMetrics.AllAsync();
        var labels = await KnownMetrics.LabelsAsync();

        Assert.NotEmpty(KnownMetrics.NamesIn(expression));
        Assert.All(KnownMetrics.NamesIn(expression).Except(Foreign), name => Assert.True(known.Contains(name), $"there is no {name}"));
        Assert.All(KnownMetrics.ChosenIn(expression).Where(static chosen => !Foreign.Contains(chosen.Name)), chosen => Assert.True(labels[chosen.Name].Contains(chosen.Label), $"{chosen.Name} has no {chosen.Label}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_alert_says_what_to_do_and_leads_to_a_part_of_the_runbook(string alert)
    {
        var rule = Rule(alert);
        var annotations = rule["annotations"].Texts;

        Assert.Contains(rule["labels"]["severity"].Text, new[] { "warning", "critical" });
        Assert.EndsWith(".", annotations["summary"], StringComparison.Ordinal);
        Assert.EndsWith(".", annotations["description"], StringComparison.Ordinal);
        var link = annotations["runbook_url"].Split('#');
        Assert.Equal("docs/runbook.md", link[0]);
        var part = Runbook().SingleOrDefault(part => part.Anchor == link[1]);
        Assert.True(part.Text is not null, $"the runbook has no part {link[1]}");
        Assert.Contains($"`{alert}`", part.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runbook_names_no_alert_that_there_is_not()
    {
        var named = System.Text.RegularExpressions.Regex.Matches(Repository.Text("docs/runbook.md"), "`(KafkaRestore[A-Za-z]+)`").Select(static match => match.Groups[1].Value).Distinct();

        Assert.Equal(Rules().Select(static rule => rule["alert"].Text).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Prometheus_loads_the_alerts_and_asks_the_silos_of_compose()
    {
        var prometheus = Repository.Document("deploy/prometheus/prometheus.yml");
        var services = Repository.Document("docker-compose.yml")["services"];

        Assert.Equal(["alerts.yml"], prometheus["rule_files"].Items.Select(static file => file.Text));
        var scrape = Assert.Single(prometheus["scrape_configs"].Items);
        Assert.Equal("kafka-restore", scrape["job_name"].Text);
        var targets = scrape["static_configs"].Items.SelectMany(static config => config["targets"].Items).Select(static target => target.Text.Split(':')).ToList();
        Assert.All(targets, target => Assert.Equal("kafka-restore-silo", services[target[0]]["command"].Items[0].Text));
        Assert.Equal(services.Entries.Keys.Where(static name => name.StartsWith("silo-", StringComparison.Ordinal)), targets.Select(static target => target[0]));
    }

    private static IEnumerable<YamlPart> Rules() => Repository.Document(File)["groups"].Items.SelectMany(static group => group["rules"].Items);

    private static YamlPart Rule(string alert) => Rules().Single(rule => rule["alert"].Text == alert);

    /// <summary>The parts of the runbook, with the anchors that a page of Markdown gives them.</summary>
    private static IEnumerable<(string Anchor, string Text)> Runbook() => Repository.Text("docs/runbook.md").Split("\n## ").Skip(1)
        .Select(static part => (new string([.. part.Split('\n')[0].ToLowerInvariant().Where(static letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-').Select(static letter => letter == ' ' ? '-' : letter)]), part));
}
