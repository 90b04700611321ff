using System.Text.Json;
using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Dashboards;

public sealed class DashboardTests
{
    private static readonly JsonElement Dashboard = JsonDocument.Parse(Repository.Text("deploy/grafana/kafka-restore.json")).RootElement;

    [Fact]
    public async Task Every_panel_asks_only_for_numbers_and_labels_that_there_are()
    {
        var known = await KnownMetrics.AllAsync();
        var labels = await KnownMetrics.LabelsAsync();

        foreach (var panel in Panels())
        {
            foreach (var expression in panel.GetProperty("targets").EnumerateArray().Select(static target => target.GetProperty("expr").GetString()!))
            {
                Assert.NotEmpty(KnownMetrics.NamesIn(expression));
                Assert.All(KnownMetrics.NamesIn(expression), name => Assert.True(known.Contains(name), $"{Title(panel)}: there is no {name}"));
                Assert.All(KnownMetrics.ChosenIn(expression), chosen => Assert.True(labels[chosen.Name].Contains(chosen.Label), $"{Title(panel)}: {chosen.Name} has no {chosen.Label}"));
            }
        }
    }

    [Fact]
    public async Task Every_number_of_the_program_is_shown_somewhere()
    {
        var shown = Panels().SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).SelectMany(static target => KnownMetrics.NamesIn(target.GetProperty("expr").GetString()!)).ToHashSet();

        // A histogram's count and buckets stand for it; the plan's size stands behind the percentage.
        string[] elsewhere = ["kafka_restore_duration_seconds", "kafka_restore_records_planned", "kafka_restore_records_accounted_for", "kafka_restore_throughput_records_per_sec", "kafka_restore_storage_written_bytes_total"];
        var all = (await KnownMetrics.AllAsync()).Where(static name => name.StartsWith("kafka_restore_", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal));
        Assert.Empty(all.Where(name => !elsewhere.Any(other => name == other || name.StartsWith($"{other}_", StringComparison.Ordinal))).Except(shown));
    }

    [Fact]
    public void Panels_have_ids_titles_and_meanings_and_do_not_cover_each_other()
    {
        var all = Dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(all.Count, all.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(Panels(), static panel => Assert.True(panel.GetProperty("description").GetString()!.Length > 0 && Title(panel).Length > 0));
        var places = all.Select(static panel => (Title: Title(panel), At: panel.GetProperty("gridPos"))).Select(static panel => (panel.Title, X: Of(panel.At, "x"), Y: Of(panel.At, "y"), W: Of(panel.At, "w"), H: Of(panel.At, "h"))).ToList();
        Assert.All(places, static place => Assert.InRange(place.X + place.W, 1, 24));
        foreach (var (one, at) in places.Select(static (place, at) => (place, at)))
        {
            Assert.All(places.Skip(at + 1), other => Assert.False(one.X < other.X + other.W && other.X < one.X + one.W && one.Y < other.Y + other.H && other.Y < one.Y + one.H, $"{one.Title} covers {other.Title}"));
        }

        static int Of(JsonElement place, string name) => place.GetProperty(name).GetInt32();
    }

    [Fact]
    public void The_dashboard_is_where_grafana_of_compose_looks()
    {
        var grafana = Repository.Document("docker-compose.yml")["services"]["grafana"];
        var mounted = grafana["volumes"].Items.Select(static volume => volume.Text.Split(':')).ToDictionary(static volume => volume[0], static volume => volume[1]);
        var folder = Assert.Single(Repository.Document("deploy/grafana/provisioning/dashboards/kafka-restore.yml")["providers"].Items)["options"]["path"].Text;

        Assert.Equal($"{folder}/kafka-restore.json", mounted["./deploy/grafana/kafka-restore.json"]);
        Assert.Equal(mounted["./deploy/grafana/kafka-restore.json"], grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].Text);
        Assert.Equal("/etc/grafana/provisioning", mounted["./deploy/grafana/provisioning"]);
        Assert.All(Panels(), static panel => Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    private static IEnumerable<JsonElement> Panels() => Dashboard.GetProperty("panels").EnumerateArray().Where(static panel => panel.GetProperty("type").GetString() != "row");

    private static string Title(JsonElement panel) => panel.GetProperty("title").GetString()!;
}
