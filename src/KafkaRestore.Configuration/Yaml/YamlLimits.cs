namespace KafkaRestore.Configuration.Yaml;

/// <summary>What a configuration file may be at most; far above any honest one.</summary>
internal static class YamlLimits
{
    /// <summary>Size of the file, in bytes, and of its text, in characters.</summary>
    public const int FileSize = 1 << 20;

    /// <summary>Nested lists and maps, aliases included.</summary>
    public const int Depth = 32;

    /// <summary>Keys, values and list items, with aliases counted as often as they stand there; a long text counts as several.</summary>
    public const int Weight = 200_000;

    /// <summary>Characters of a text that count as one more value.</summary>
    public const int CharactersPerWeight = 64;
}
