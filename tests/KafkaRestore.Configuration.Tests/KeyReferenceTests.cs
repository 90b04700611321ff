using System.Runtime.CompilerServices;
using KafkaRestore.Configuration.Keys;

namespace KafkaRestore.Configuration.Tests;

public sealed class KeyReferenceTests
{
    private const string Begin = "<!-- keys: begin";
    private const string End = "<!-- keys: end -->";

    /// <summary>Set KAFKA_RESTORE_UPDATE_DOCS=1 to write the table into docs/configuration.md instead of comparing it.</summary>
    [Fact]
    public void The_documentation_holds_the_table_of_keys_as_it_is()
    {
        var path = Path.Combine(Repository(), "docs", "configuration.md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf('\n', text.IndexOf(Begin, StringComparison.Ordinal)) + 1;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        var expected = $"\n{KeyReference.ToMarkdown()}\n";

        if (Environment.GetEnvironmentVariable("KAFKA_RESTORE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..start] + expected + text[end..]);
            return;
        }

        Assert.Equal(expected, text[start..end]);
    }

    [Fact]
    public void Every_key_says_what_it_means()
    {
        Assert.All(ConfigurationKeys.All, key =>
        {
            Assert.EndsWith(".", key.Meaning, StringComparison.Ordinal);
            Assert.NotEqual("", key.Type);
            Assert.False(key.Remark?.EndsWith('.') ?? false, key.Path);
            Assert.True(key.Class is KeyClass.Works or KeyClass.Own || key.Remark is not null, key.Path);
        });
    }

    private static string Repository([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
