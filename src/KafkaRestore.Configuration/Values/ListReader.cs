using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A list whose items are all of one type; every bad item is reported.</summary>
internal sealed class ListReader<T>(ValueReader<T> item, string name, bool allowEmpty = true) : ValueReader<IReadOnlyList<T>>
{
    public override string Name => name;

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is not YamlList list)
        {
            context.Invalid(path, node, $"expects a list, but has {node.Kind}", "Write each item on a line of its own after \"- \".");
            return false;
        }

        if (list.Items.Count == 0 && !allowEmpty)
        {
            context.Invalid(path, node, "expects a list with at least one item, but it is empty");
            return false;
        }

        List<T> items = new(list.Items.Count);
        for (var i = 0; i < list.Items.Count && !context.Problems.IsFull; i++)
        {
            if (item.TryRead(list.Items[i], $"{path}[{i}]", context, out var read))
            {
                items.Add(read);
            }
        }

        value = items;
        return items.Count == list.Items.Count;
    }
}
