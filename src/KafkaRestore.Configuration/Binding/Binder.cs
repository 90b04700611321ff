using KafkaRestore.Configuration.Keys;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Binding;

/// <summary>Walks the file along the table of keys: every key is bound by its table entry or reported as unknown.</summary>
internal static class Binder
{
    public static void Bind(YamlNode? root, BindingContext context)
    {
        switch (root)
        {
            case YamlMap map:
                BindSection(map, KeyTree.Root, context);
                break;
            case null or YamlScalar { IsNull: true }:
                break;
            default:
                context.Invalid("", root, $"the file holds {root.Kind} instead of keys with values");
                break;
        }
    }

    private static void BindSection(YamlMap map, KeyTree section, BindingContext context)
    {
        foreach (var (name, value) in map.Entries)
        {
            if (context.Problems.IsFull)
            {
                return;
            }

            var path = section.Path.Length == 0 ? Problems.ShowKey(name.Text) : $"{section.Path}.{Problems.ShowKey(name.Text)}";
            switch (section.Find(name.Text))
            {
                case null:
                    ReportUnknown(path, name, section, context);
                    break;
                case { Key: { } key }:
                    key.Bind(value, context);
                    break;
                case var child when value is YamlMap inner:
                    context.MarkSet(path, value);
                    BindSection(inner, child, context);
                    break;
                case var child when value is not YamlScalar { IsNull: true }:
                    context.MarkSet(child.Path, value);
                    context.Invalid(path, value, $"expects keys with values, but has {value.Kind}");
                    break;
            }
        }
    }

    private static void ReportUnknown(string path, YamlScalar name, KeyTree section, BindingContext context)
    {
        var nearest = section.Suggest(name.Text);
        context.Problems.Add(new ConfigurationProblem(
            ErrorCodes.ConfigUnknownKey,
            path,
            name.Line,
            name.Column,
            "the key is not known",
            nearest is null ? null : $"Did you mean {nearest}?"));
    }
}
