namespace KafkaRestore.Configuration;

/// <summary>One line to be shown before the start: a key that is accepted although it has no effect, or a value that looks like a mistake.</summary>
/// <param name="Path">The full path of the key or section.</param>
/// <param name="Line">From 1.</param>
/// <param name="Text">What there is to know, without a final full stop.</param>
public sealed record ConfigurationNotice(string Path, int Line, string Text)
{
    /// <summary>One line for a person: <c>12 restore.header_preflight: text</c>.</summary>
    public override string ToString() => $"{Line} {Path}: {Text}";
}
