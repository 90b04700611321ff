using KafkaRestore.Configuration.Expansion;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Binding;

/// <summary>What is gathered while one file is bound: the draft, where each key stood, problems and notices.</summary>
internal sealed class BindingContext(Expander expander, ProblemList problems)
{
    private readonly Dictionary<string, YamlNode> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigurationNotice> _notices = new(StringComparer.Ordinal);

    public RestoreDraft Draft { get; } = new();

    public ProblemList Problems { get; } = problems;

    /// <summary>Whether a secret must be the name of a variable or file, and nothing else.</summary>
    public bool SecretsByReference { get; init; }

    /// <summary>Whether a key stands in the file with a value, be it a good one or not.</summary>
    public bool IsSet(string path) => _places.ContainsKey(path);

    /// <summary>Remembers where a key with a value stands.</summary>
    public void MarkSet(string path, YamlNode value) => _places[path] = value;

    /// <summary>Remembers that a key's value could not be read, so that nothing is concluded from its absence.</summary>
    public void MarkBroken(string path) => _broken.Add(path);

    /// <summary>Whether a key stands in the file with a value that could not be read.</summary>
    public bool IsBroken(string path) => _broken.Contains(path);

    /// <summary>Expands a value's variables; reports and answers false where that fails.</summary>
    public bool TryExpand(YamlScalar scalar, string path, out YamlScalar expanded)
    {
        if (expander.TryExpand(scalar, path, out expanded, out var problem))
        {
            return true;
        }

        Problems.Add(problem!);
        return false;
    }

    /// <summary>Reports a value that cannot be used, at its own place.</summary>
    public void Invalid(string path, YamlNode node, string what, string? hint = null) =>
        Problems.Add(Binding.Problems.Invalid(path, node, what, hint));

    /// <summary>Reports a contradiction between keys, at the place of one of them.</summary>
    public void Contradiction(string path, string what, string? hint = null) => Report(ErrorCodes.ConfigInvalid, path, what, hint);

    /// <summary>Reports a key that is required and missing.</summary>
    public void Missing(string path, string? hint = null)
    {
        // A key with a value that cannot be used is reported once, as such.
        if (!IsSet(path))
        {
            Problems.Add(Binding.Problems.Missing(path, hint));
        }
    }

    /// <summary>Reports a problem of a key that is set.</summary>
    public void Report(ErrorCode code, string path, string what, string? hint)
    {
        var place = _places.GetValueOrDefault(path);
        Problems.Add(new ConfigurationProblem(code, path, place?.Line ?? 0, place?.Column ?? 0, what, hint));
    }

    /// <summary>Shows one line; of a section only the first.</summary>
    public void Notice(string path, int line, string text) => _notices.TryAdd(path, new ConfigurationNotice(path, line, text));

    /// <summary>Shows one line about a key that is set.</summary>
    public void NoticeAt(string path, string text) => Notice(path, _places.GetValueOrDefault(path)?.Line ?? 0, text);

    /// <summary>Takes a section's line back.</summary>
    public void DropNotice(string path) => _notices.Remove(path);

    public IReadOnlyList<ConfigurationNotice> NoticesInOrder() => [.. _notices.Values.OrderBy(notice => notice.Line)];
}
