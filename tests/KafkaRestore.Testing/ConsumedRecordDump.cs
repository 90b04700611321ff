using System.Globalization;
using System.Text;
using System.Text.Json;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>Reads topics with the official Java client: a reader that shares nothing with the code under test. Needs the launcher.</summary>
public static class ConsumedRecordDump
{
    /// <summary>The records of each partition of <paramref name="topic"/>, by partition.</summary>
    public static async Task<IReadOnlyDictionary<int, IReadOnlyList<ConsumedRecord>>> ReadAsync(string bootstrapServers, string topic, bool committedOnly = false)
    {
        var directory = Directory.CreateTempSubdirectory("kafka-restore-dump-");
        try
        {
            await KafkaBrokerLauncher.RunAsync("dump", bootstrapServers, directory.FullName, committedOnly ? "read_committed" : "read_uncommitted", topic);
            var partitions = new Dictionary<int, IReadOnlyList<ConsumedRecord>>();
            foreach (var file in directory.EnumerateFiles($"{topic}.*.jsonl"))
            {
                var partition = int.Parse(file.Name[(topic.Length + 1)..^".jsonl".Length], CultureInfo.InvariantCulture);
                partitions[partition] = [.. File.ReadLines(file.FullName).Select(Parse)];
            }

            return partitions;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static ConsumedRecord Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var record = document.RootElement;
        return new ConsumedRecord(
            record.GetProperty("o").GetInt64(),
            record.GetProperty("ts").GetInt64(),
            Bytes(record.GetProperty("k")),
            Bytes(record.GetProperty("v")),
            [.. record.GetProperty("h").EnumerateArray().Select(header => new HeaderData(Encoding.UTF8.GetBytes(header[0].GetString()!), Bytes(header[1])))]);
    }

    private static byte[]? Bytes(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetBytesFromBase64();
}
