using YamlDotNet.RepresentationModel;

namespace KafkaRestore.Deploy.Tests.Support;

/// <summary>A part of a YAML document, which knows where it stands; what is not there and was asked for fails the test.</summary>
internal sealed class YamlPart(YamlNode node, string path)
{
    /// <summary>What a key, or a number in a list, has.</summary>
    public YamlPart this[string key] => Find(key) ?? throw new KeyNotFoundException($"{path} has no {key}");

    /// <summary>Its text.</summary>
    public string Text => node is YamlScalarNode { Value: { } value } ? value : throw new InvalidDataException($"{path} is no text");

    /// <summary>Where it stands.</summary>
    public string Where => path;

    /// <summary>The parts of a list.</summary>
    public IReadOnlyList<YamlPart> Items => node is YamlSequenceNode list ? [.. list.Select((item, at) => new YamlPart(item, $"{path}[{at}]"))] : throw new InvalidDataException($"{path} is no list");

    /// <summary>The keys with what they have.</summary>
    public IReadOnlyDictionary<string, YamlPart> Entries => node switch
    {
        YamlMappingNode map => map.ToDictionary(static entry => ((YamlScalarNode)entry.Key).Value!, entry => new YamlPart(entry.Value, $"{path}.{entry.Key}")),
        YamlScalarNode { Value: null or "" } => new Dictionary<string, YamlPart>(),
        _ => throw new InvalidDataException($"{path} has no keys"),
    };

    /// <summary>The keys with their texts.</summary>
    public IReadOnlyDictionary<string, string> Texts => Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.Text);

    /// <summary>Whether it is a list.</summary>
    public bool IsList => node is YamlSequenceNode;

    /// <summary>Whether it has keys.</summary>
    public bool IsMap => node is YamlMappingNode;

    /// <summary>What a key has; null where it is not there.</summary>
    public YamlPart? Find(string key) => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? new YamlPart(child, $"{path}.{key}") : null;
}
