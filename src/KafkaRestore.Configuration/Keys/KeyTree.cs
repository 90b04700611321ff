using KafkaRestore.Configuration.Values;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The table of keys as the tree that a file has: sections, and keys in them.</summary>
internal sealed class KeyTree
{
    private readonly Dictionary<string, KeyTree> _children = new(StringComparer.Ordinal);

    private KeyTree(string path) => Path = path;

    /// <summary>The tree of all keys.</summary>
    public static KeyTree Root { get; } = Build(ConfigurationKeys.All);

    /// <summary>The full path; empty for the whole file.</summary>
    public string Path { get; }

    /// <summary>The key that stands here; null for a section.</summary>
    public ConfigurationKey? Key { get; private set; }

    public KeyTree? Find(string name) => _children.GetValueOrDefault(name);

    /// <summary>The path of the known key that a name in this section was meant to be; null where none is near.</summary>
    public string? Suggest(string name)
    {
        if (Spelling.Nearest(name, _children.Keys) is { } sibling)
        {
            return _children[sibling].Path;
        }

        // The right word in the wrong section, or without one, or nearly so.
        var paths = Root.Descendants().Select(node => node.Path).ToList();
        var word = paths.Any(path => LastWord(path) == name) ? name : Spelling.Nearest(name, paths.Select(LastWord).Distinct());
        return word is null ? null : paths.First(path => LastWord(path) == word);
    }

    private IEnumerable<KeyTree> Descendants() => _children.Values.SelectMany(child => child.Descendants().Prepend(child));

    private static string LastWord(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static KeyTree Build(IEnumerable<ConfigurationKey> keys)
    {
        var root = new KeyTree("");
        foreach (var key in keys)
        {
            var node = root;
            foreach (var word in key.Path.Split('.'))
            {
                if (!node._children.TryGetValue(word, out var child))
                {
                    child = new KeyTree(node.Path.Length == 0 ? word : $"{node.Path}.{word}");
                    node._children.Add(word, child);
                }

                node = child;
            }

            node.Key = node.Key is null && node._children.Count == 0 ? key : throw new InvalidOperationException($"{key.Path} stands in the table twice, or is a section too");
        }

        return root;
    }
}
