using System.Text;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Metrics.Tests.Documentation;

public sealed class MetricReferenceTests
{
    private const string Begin = "<!-- metrics: begin";
    private const string End = "<!-- metrics: end -->";

    [Fact]
    public async Task Every_number_of_the_program_can_have_a_value()
    {
        var families = await Showcase.FamiliesAsync();

        Assert.All(families.Where(IsOurs), static family => Assert.True(family.Series.Count > 0, $"{family.Name} has no series"));
    }

    [Fact]
    public async Task The_documentation_lists_every_number_as_it_is()
    {
        var text = new StringBuilder("| Name | Kind | Labels | What it says |\n|---|---|---|---|\n");
        foreach (var family in (await Showcase.FamiliesAsync()).Where(IsOurs))
        {
            var labels = family.Series.SelectMany(static series => PageText.Labels(series.Labels).Keys).Distinct().Order(StringComparer.Ordinal).Select(static label => $"`{label}`");
            text.Append($"| `{family.Name}{(family.Kind == MetricKind.Counter ? "_total" : "")}` | {family.Kind.ToString().ToLowerInvariant()} | {string.Join(", ", labels)} | {family.Help} |\n");
        }

        var path = Path.Combine(Golden.RepositoryRoot(), "docs", "observability.md");
        var page = await File.ReadAllTextAsync(path);
        var start = page.IndexOf('\n', page.IndexOf(Begin, StringComparison.Ordinal)) + 1;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("KAFKA_RESTORE_UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, $"{page[..start]}\n{text}\n{page[end..]}");
            return;
        }

        Assert.Equal($"\n{text}\n", page[start..end]);
    }

    private static bool IsOurs(MetricFamily family) => family.Name.StartsWith("kafka_restore_", StringComparison.Ordinal);
}
