using System.Text;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Tests.Documentation;

public sealed class ErrorReferenceTests
{
    [Fact]
    public void The_documentation_lists_every_code_as_it_is()
    {
        var text = new StringBuilder("| Code | Exit | What happened | What to do |\n|---|---|---|---|\n");
        foreach (var code in ErrorCodes.All)
        {
            text.Append($"| `{code.Word}` | {(int)code.Exit} | {code.Meaning} | {code.Remedy.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        DocumentedPart.MustBe("errors.md", "codes", text.ToString());
    }

    [Fact]
    public void Every_code_of_the_class_is_in_the_list_once()
    {
        var declared = typeof(ErrorCodes).GetFields().Select(field => field.GetValue(null)).OfType<ErrorCode>().ToList();
        Assert.Equal(declared, ErrorCodes.All);
        Assert.Equal(declared.Count, declared.Select(code => code.Word).Distinct().Count());
    }
}
