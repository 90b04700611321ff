using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A small map of two known fields; an unknown, missing or bad one is reported.</summary>
/// <param name="first">Name, reader and default of the first field; a default of null makes it required.</param>
/// <param name="second">Name and reader of the second field, which is required.</param>
/// <param name="make">Makes the value.</param>
internal sealed class FieldsReader<TFirst, TSecond, T>((string Name, ScalarReader<TFirst> Reader, TFirst Default) first, (string Name, ScalarReader<TSecond> Reader) second, Func<TFirst, TSecond, T> make)
    : ValueReader<T>
{
    public override string Name => $"{{{first.Name}, {second.Name}}}";

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlMap map)
        {
            context.Invalid(path, node, $"expects {first.Name} and {second.Name}, but has {node.Kind}");
            return false;
        }

        var (firstValue, secondValue) = (first.Default, default(TSecond));
        var (hasSecond, isGood) = (false, true);
        foreach (var (name, content) in map.Entries)
        {
            var field = $"{path}.{Problems.ShowKey(name.Text)}";
            if (name.Text == first.Name)
            {
                isGood &= first.Reader.TryRead(content, field, context, out firstValue);
            }
            else if (name.Text == second.Name)
            {
                hasSecond = true;
                isGood &= second.Reader.TryRead(content, field, context, out secondValue);
            }
            else
            {
                var nearest = Spelling.Nearest(name.Text, [first.Name, second.Name]);
                context.Invalid(field, name, "is not a known key", nearest is null ? $"The keys here are {first.Name} and {second.Name}." : $"Did you mean {nearest}?");
                isGood = false;
            }
        }

        if (!hasSecond)
        {
            context.Invalid(path, node, $"lacks {second.Name}");
            isGood = false;
        }

        if (isGood)
        {
            value = make(firstValue!, secondValue!);
        }

        return isGood;
    }
}
