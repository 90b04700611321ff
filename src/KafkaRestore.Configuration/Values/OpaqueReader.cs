using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>Whatever stands there, unread: its variables are not even looked up.</summary>
internal sealed class OpaqueReader(string name) : ValueReader<YamlNode>
{
    public override string Name => name;

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out YamlNode value)
    {
        value = node;
        return true;
    }
}
