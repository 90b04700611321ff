using System.Text;

namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>Builds a file from paths and raw YAML values; starts with the smallest file that is good.</summary>
internal sealed class ConfigurationText
{
    private readonly SortedDictionary<string, object> _root = new(StringComparer.Ordinal);

    public ConfigurationText()
    {
        Set("mode", "restore");
        Set("backup_id", "archive");
        Set("target.bootstrap_servers", "[localhost:9092]");
        Set("storage.backend", "memory");
    }

    public ConfigurationText Set(string path, string yaml)
    {
        var words = path.Split('.');
        var section = _root;
        foreach (var word in words[..^1])
        {
            if (!section.TryGetValue(word, out var child))
            {
                section.Add(word, child = new SortedDictionary<string, object>(StringComparer.Ordinal));
            }

            section = (SortedDictionary<string, object>)child;
        }

        section[words[^1]] = yaml;
        return this;
    }

    public ConfigurationText Remove(string path)
    {
        var words = path.Split('.');
        var section = words[..^1].Aggregate(_root, (at, word) => (SortedDictionary<string, object>)at[word]);
        section.Remove(words[^1]);
        return this;
    }

    public ConfigurationResult Read(FakeExpansionSource? source = null) =>
        new ConfigurationReader(source ?? new FakeExpansionSource()).Read(ToString(), "test.yaml");

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(_root, 0, text);
        return text.ToString();
    }

    private static void Write(SortedDictionary<string, object> section, int depth, StringBuilder text)
    {
        foreach (var (name, value) in section)
        {
            text.Append(' ', depth * 2).Append(name).Append(':');
            if (value is SortedDictionary<string, object> child)
            {
                text.Append('\n');
                Write(child, depth + 1, text);
            }
            else
            {
                text.Append(' ').Append(value).Append('\n');
            }
        }
    }
}
