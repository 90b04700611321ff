using System.Text.Json;
using System.Text.RegularExpressions;
using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Solutions;

/// <summary>What is built and tested where a package source lacks the cluster's packages: all else.</summary>
public sealed partial class StandaloneFilterTests
{
    private static readonly string[] s_cluster = ["KafkaRestore.Cluster", "KafkaRestore.Silo", "KafkaRestore.Cluster.Tests"];

    [Fact]
    public void The_filter_holds_every_project_but_those_of_the_cluster()
    {
        var all = Projects().Matches(File.ReadAllText(Repository.PathOf("KafkaRestoreCluster.sln"))).Select(static project => project.Groups[1].Value).ToList();
        using var filter = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("KafkaRestore.Standalone.slnf")));

        Assert.Equal(s_cluster.Order(StringComparer.Ordinal), all.Select(NameOf).Where(s_cluster.Contains).Order(StringComparer.Ordinal));
        Assert.Equal(
            all.Where(static project => !s_cluster.Contains(NameOf(project))).Order(StringComparer.Ordinal),
            filter.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray().Select(static project => project.GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_solution_holds_every_project_of_the_repository()
    {
        var all = Projects().Matches(File.ReadAllText(Repository.PathOf("KafkaRestoreCluster.sln"))).Select(static project => NameOf(project.Groups[1].Value));
        var there = new[] { "src", "tests", "bench", "samples" }.SelectMany(static folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories)).Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(there.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    private static string NameOf(string project) => project[(project.LastIndexOf('\\') + 1)..^".csproj".Length];

    [GeneratedRegex(@"= ""[^""]+"", ""([^""]+\.csproj)""")]
    private static partial Regex Projects();
}
