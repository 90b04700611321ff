using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>A directory of one test.</summary>
internal sealed class Scratch : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("kafka-restore-cli-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>A copy of a golden archive in a storage of its own; gives the storage's path.</summary>
    public string CopyArchive(string id)
    {
        var source = Path.Combine(Golden.Backups, id);
        var storage = PathOf("storage");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(storage, id, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return storage;
    }

    /// <summary>A configuration file that restores a golden archive.</summary>
    public string Configuration(string id, string bootstrapServers, string restore = "", string target = "", string? storage = null) => Write("restore.yaml", $"""
        mode: restore
        backup_id: {id}
        target:
          bootstrap_servers: ["{bootstrapServers.Replace(",", "\", \"", StringComparison.Ordinal)}"]
        {Indent(target)}
        storage:
          backend: filesystem
          path: {storage ?? Golden.Backups}
        restore:
          max_concurrent_partitions: 8
        {Indent(restore)}
        """);

    private static string Indent(string block) => string.Join('\n', block.Split('\n').Select(line => $"  {line}"));
}
