using KafkaRestore.Configuration.Expansion;

namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>Variables and files that only the test knows.</summary>
internal sealed class FakeExpansionSource : IExpansionSource
{
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public List<string> Asked { get; } = [];

    public string? Variable(string name)
    {
        Asked.Add(name);
        return Variables.GetValueOrDefault(name);
    }

    public string ReadFile(string path) =>
        Files.TryGetValue(path, out var text) ? text : throw new FileNotFoundException("no such file", path);
}
