using KafkaRestore.Engine.Preflight;
using KafkaRestore.Preflight.Tests.Situations;
using KafkaRestore.Preflight.Tests.Support;

namespace KafkaRestore.Preflight.Tests;

/// <summary>The table: what is set up, and what preflight must find of it.</summary>
public sealed class SituationTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly IReadOnlyList<Situation> All =
        [.. TopicSituations.All, .. SettingSituations.All, .. StorageSituations.All, .. ArchiveSituations.All, .. RightsSituations.All];

    public static TheoryData<string> Names => [.. All.Select(situation => situation.Name)];

    [Fact]
    public void The_table_has_each_situation_once() => Assert.Equal(All.Count, All.Select(situation => situation.Name).Distinct().Count());

    [Situations]
    [MemberData(nameof(Names))]
    public async Task What_is_wrong_is_found_and_nothing_else(string name)
    {
        var situation = All.Single(situation => situation.Name == name);
        await using var stage = new Stage(servers.Cluster);
        await situation.Arrange(stage);

        var result = await stage.CheckAsync();

        var said = string.Join('\n', result.Findings.Select(finding => $"{finding.Severity} {finding.Kind}: {finding.Describe()}"));
        var unexpected = result.Findings.Where(finding => finding.Severity != Severity.Info).ToList();
        foreach (var expected in situation.Expected)
        {
            var found = (expected.Severity == Severity.Info ? result.Findings : unexpected).FirstOrDefault(expected.Is);
            Assert.True(found is not null, $"expected, and not found: {expected}\nfound:\n{said}");
            unexpected.Remove(found);
        }

        Assert.True(unexpected.Count == 0, $"{unexpected.Count} finding(s) that were not expected\nfound:\n{said}");
        Assert.Equal(situation.Expected.All(expected => expected.Severity != Severity.Error), result.Passed);
    }
}
