using KafkaRestore.Testing;
using YamlDotNet.RepresentationModel;

namespace KafkaRestore.Deploy.Tests.Support;

/// <summary>The files that say how it is run.</summary>
internal static class Repository
{
    /// <summary>Where they are.</summary>
    public static string Root { get; } = Golden.RepositoryRoot();

    /// <summary>Every YAML file of deploy/ and the one of compose, relative to the root.</summary>
    public static IReadOnlyList<string> YamlFiles { get; } =
    [
        .. Directory.EnumerateFiles(PathOf("deploy"), "*.*", SearchOption.AllDirectories).Where(static file => Path.GetExtension(file) is ".yaml" or ".yml").Select(static file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal).Prepend("docker-compose.yml"),
    ];

    /// <summary>A file's path.</summary>
    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>A file's text.</summary>
    public static string Text(string name) => File.ReadAllText(PathOf(name));

    /// <summary>The documents of a YAML file, with anchors and merges resolved.</summary>
    public static IReadOnlyList<YamlPart> Documents(string name)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Text(name));
        stream.Load(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(reader)));
        return [.. stream.Documents.Select(document => new YamlPart(document.RootNode, name))];
    }

    /// <summary>The one document of a YAML file.</summary>
    public static YamlPart Document(string name) => Assert.Single(Documents(name));
}
