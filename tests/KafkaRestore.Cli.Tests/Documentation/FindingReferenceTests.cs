using System.Text;
using KafkaRestore.Engine.Preflight;

namespace KafkaRestore.Cli.Tests.Documentation;

public sealed class FindingReferenceTests
{
    [Fact]
    public void The_documentation_lists_every_kind_of_finding_as_it_is()
    {
        var text = new StringBuilder("| Kind | Error | What is the matter | What to do |\n|---|---|---|---|\n");
        foreach (var kind in FindingKinds.All)
        {
            text.Append($"| `{kind.Word}` | {(kind.Code is null ? "" : $"`{kind.Code.Word}`")} | {kind.Meaning} | {kind.Remedy} |\n");
        }

        DocumentedPart.MustBe("preflight.md", "kinds", text.ToString());
    }
}
