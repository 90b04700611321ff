using System.Text.Json;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Verifying;

/// <summary>Reads from a restore's report where the records of each target partition begin.</summary>
internal static class ReportedOffsets
{
    private const long MostBytes = 256 << 20;

    /// <summary>The first target offset of every partition that the report has one for.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: the file is not there, or no report.</exception>
    public static IReadOnlyList<StartOffset> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MostBytes)
            {
                throw new RestoreException(ErrorCodes.ConfigInvalid, $"the file has {file.Length} bytes; no report has more than {MostBytes}", path, "Name the JSON report of a restore.");
            }

            using var json = JsonDocument.Parse(file);
            var first = new Dictionary<TargetPartition, long>();
            foreach (var topic in json.RootElement.GetProperty("topics_restored").EnumerateArray())
            {
                var name = topic.GetProperty("target_topic").GetString() ?? throw new FormatException("a target_topic is null");
                foreach (var partition in topic.GetProperty("partitions").EnumerateArray())
                {
                    Add(first, name, partition);
                }
            }

            return [.. first.Select(pair => new StartOffset(pair.Key, pair.Value))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the report cannot be read: {failure.Message}", path, "Name the JSON report of a restore.", failure);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the file is not the report of a restore: {failure.Message.TrimEnd('.')}", path, "Name the file that `kafka-restore restore --report` has written.", failure);
        }
    }

    /// <summary>Several sources may go into one partition: its records begin with the first of them.</summary>
    private static void Add(Dictionary<TargetPartition, long> first, string topic, JsonElement partition)
    {
        var offset = partition.GetProperty("target_first_offset");
        if (offset.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var target = new TargetPartition(topic, partition.GetProperty("target_partition").GetInt32());
        var value = offset.GetInt64();
        first[target] = first.TryGetValue(target, out var other) ? Math.Min(other, value) : value;
    }
}
