using System.IO.Compression;
using System.Text.Json;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>The golden archives (tests/golden): what the existing programs wrote and what the source held.</summary>
public static class Golden
{
    /// <summary>The folder tests/golden.</summary>
    public static string Root { get; } = Path.Combine(RepositoryRoot(), "tests", "golden");

    /// <summary>The storage root of all golden archives.</summary>
    public static string Backups => Path.Combine(Root, "backups");

    public static IArchiveStorage OpenStorage() => StorageFactory.Open(new FileSystemStorageOptions { Path = Backups });

    /// <summary>The expected set that an archive was made from.</summary>
    public static string ExpectedSet(string backupId) => backupId switch
    {
        "edges-verbatim" or "edges-0.17" => "edges",
        "shop-lz4" or "shop-none" or "shop-0.17" => "shop",
        _ => backupId,
    };

    /// <summary>Topics and partitions that an expected set has files for.</summary>
    public static IEnumerable<(string Topic, int Partition)> ExpectedPartitions(string set) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, "expected", set), "*.jsonl.gz").Order(StringComparer.Ordinal)
        let name = Path.GetFileName(file)[..^".jsonl.gz".Length]
        let dot = name.LastIndexOf('.')
        select (name[..dot], int.Parse(name[(dot + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The records that the source held, in offset order; empty when there is no file.</summary>
    public static IReadOnlyList<RecordData> Expected(string set, string topic, int partition)
    {
        var file = Path.Combine(Root, "expected", set, $"{topic}.{partition}.jsonl.gz");
        if (!File.Exists(file))
        {
            return [];
        }

        var records = new List<RecordData>();
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            records.Add(ParseLine(line));
        }

        return records;
    }

    /// <summary>A line of an expected file, or of <c>kafka dump</c>.</summary>
    public static RecordData ParseLine(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        return new RecordData(
            root.GetProperty("o").GetInt64(),
            root.GetProperty("ts").GetInt64(),
            Bytes(root.GetProperty("k")),
            Bytes(root.GetProperty("v")),
            [.. root.GetProperty("h").EnumerateArray().Select(header => new HeaderData(System.Text.Encoding.UTF8.GetBytes(header[0].GetString()!), Bytes(header[1])))]);
    }

    /// <summary>The root of the checkout.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KafkaRestoreCluster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run inside the checkout");
    }

    private static byte[]? Bytes(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetBytesFromBase64();
}
