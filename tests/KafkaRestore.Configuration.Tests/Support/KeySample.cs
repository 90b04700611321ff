namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>A value of a key that is not its default, and what must stand beside it for the file to be good.</summary>
/// <param name="Path">The key.</param>
/// <param name="Value">Raw YAML.</param>
/// <param name="Other">The value to compare with; null: the key is absent.</param>
/// <param name="Given">Other keys that are set in both files.</param>
internal sealed record KeySample(string Path, string Value, string? Other = null, params (string Path, string Yaml)[] Given)
{
    public ConfigurationText With() => Base().Set(Path, Value);

    public ConfigurationText Without() => Other is null ? Base() : Base().Set(Path, Other);

    private ConfigurationText Base()
    {
        var text = new ConfigurationText();
        foreach (var (path, yaml) in Given)
        {
            text.Set(path, yaml);
        }

        return text;
    }
}
