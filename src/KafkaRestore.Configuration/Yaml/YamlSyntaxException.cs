namespace KafkaRestore.Configuration.Yaml;

/// <summary>The text is not YAML that is read here; caught by the reader and turned into a problem.</summary>
/// <param name="line">From 1.</param>
/// <param name="column">From 1.</param>
/// <param name="what">What is wrong; shows nothing of the file.</param>
/// <param name="hint">What to do; may be null.</param>
internal sealed class YamlSyntaxException(int line, int column, string what, string? hint = null) : Exception(what)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    public string? Hint { get; } = hint;
}
