namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>The files below <c>Fixtures/</c>.</summary>
internal static class Fixture
{
    /// <summary>A file that uses every subject of a restore.</summary>
    public static string Complete { get; } = Load("complete.yaml");

    private static string Load(string name)
    {
        using var stream = typeof(Fixture).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"no fixture {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
