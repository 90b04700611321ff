using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Binding;

/// <summary>The problems that have one wording wherever they are found.</summary>
internal static class Problems
{
    private const int ShownLength = 60;

    public static ConfigurationProblem DuplicateKey(IEnumerable<string> path, YamlScalar key, YamlScalar first) =>
        new(ErrorCodes.ConfigInvalid, string.Join('.', path.Select(ShowKey)), key.Line, key.Column, $"the key stands here a second time; the first is in line {first.Line}", "Keep one of them.");

    public static ConfigurationProblem Invalid(string path, YamlNode node, string what, string? hint = null) =>
        new(ErrorCodes.ConfigInvalid, path, node.Line, node.Column, what, hint);

    public static ConfigurationProblem Missing(string path, string? hint = null) =>
        new(ErrorCodes.ConfigInvalid, path, 0, 0, "the key is required and missing", hint ?? $"Add {path}; docs/configuration.md shows a complete file.");

    public static ConfigurationProblem Syntax(YamlSyntaxException fault) =>
        new(ErrorCodes.ConfigInvalid, "", fault.Line, fault.Column, fault.Message, fault.Hint ?? "Correct the file.");

    /// <summary>A text of the file as a message shows it: short, on one line.</summary>
    public static string Show(string text)
    {
        var start = text.Length <= ShownLength ? text : text[..(ShownLength - 1)] + "…";
        return string.Concat(start.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
    }

    /// <summary>A key nobody knows: shown where it looks like one, and not where it may be a value that slipped.</summary>
    public static string ShowKey(string key) =>
        key.Length is > 0 and <= 249 && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') ? key : "(not a plain word)";
}
