using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Documentation;

/// <summary>The part of a document that is written from the code, between two marks.</summary>
internal static class DocumentedPart
{
    /// <summary>Fails when the part is not as expected; with KAFKA_RESTORE_UPDATE_DOCS=1 writes it instead.</summary>
    public static void MustBe(string document, string name, string expected)
    {
        var path = Path.Combine(Golden.RepositoryRoot(), "docs", document);
        var text = File.ReadAllText(path);
        var start = text.IndexOf('\n', text.IndexOf($"<!-- {name}: begin", StringComparison.Ordinal)) + 1;
        var end = text.IndexOf($"<!-- {name}: end -->", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("KAFKA_RESTORE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, $"{text[..start]}\n{expected}\n{text[end..]}");
            return;
        }

        Assert.Equal($"\n{expected}\n", text[start..end]);
    }
}
