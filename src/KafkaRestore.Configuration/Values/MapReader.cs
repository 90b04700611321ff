using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A map whose keys are all of one type and whose values are, too; every bad entry is reported. Keys are not expanded.</summary>
internal sealed class MapReader<TKey, TValue>(ScalarReader<TKey> key, ValueReader<TValue> item, string name) : ValueReader<IReadOnlyDictionary<TKey, TValue>>
    where TKey : notnull
{
    public override string Name => name;

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyDictionary<TKey, TValue> value)
    {
        value = null;
        if (node is not YamlMap map)
        {
            context.Invalid(path, node, $"expects keys with values, but has {node.Kind}");
            return false;
        }

        Dictionary<TKey, TValue> entries = new(map.Entries.Count);
        foreach (var (name, content) in map.Entries)
        {
            if (context.Problems.IsFull)
            {
                break;
            }

            var entryPath = $"{path}.{Problems.ShowKey(name.Text)}";
            if (!key.TryRead(name.Resolve(name.Text, changed: false), entryPath, context, out var readKey) |
                !item.TryRead(content, entryPath, context, out var readValue))
            {
                continue;
            }

            if (!entries.TryAdd(readKey!, readValue!))
            {
                // 1 and 0x1 are different texts and the same number.
                context.Invalid(entryPath, name, "the key stands here a second time in another spelling", "Keep one of them.");
            }
        }

        value = entries;
        return entries.Count == map.Entries.Count;
    }
}
