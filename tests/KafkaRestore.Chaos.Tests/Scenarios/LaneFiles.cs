using System.Text.Json;
using KafkaRestore.Kafka;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>The lanes' checkpoints on disk, read without the program and while it works.</summary>
internal static class LaneFiles
{
    private const string Extension = ".ckpt";
    private const string Previous = ".previous.ckpt";

    /// <summary>The last checkpoint of each lane that has begun, of all jobs in a directory.</summary>
    /// <param name="stateDirectory">What was given as <c>--state-dir</c>; it need not exist yet.</param>
    public static IReadOnlyList<LaneOnDisk> Read(string stateDirectory) =>
        !Directory.Exists(stateDirectory) ? [] : [.. Directory.EnumerateFiles(stateDirectory, "*" + Extension, SearchOption.AllDirectories)
            .Select(file => file.EndsWith(Previous, StringComparison.Ordinal) ? file[..^Previous.Length] : file[..^Extension.Length])
            .Distinct()
            .Select(ReadOne)];

    /// <summary>The file is the one before for the moment in which a new one takes its place.</summary>
    private static LaneOnDisk ReadOne(string lane)
    {
        while (true)
        {
            foreach (var name in (string[])[lane + Extension, lane + Previous])
            {
                try
                {
                    return Parse(string.Join('\n', File.ReadLines(name).Skip(1)));
                }
                catch (FileNotFoundException)
                {
                    // Renamed under our hands: it has the other name.
                }
            }
        }
    }

    private static LaneOnDisk Parse(string json)
    {
        var lane = JsonSerializer.Deserialize<JsonElement>(json);
        return new LaneOnDisk(
            new TargetPartition(lane.GetProperty("topic").GetString()!, lane.GetProperty("partition").GetInt32()),
            lane.GetProperty("state").GetString()!,
            lane.GetProperty("sources").EnumerateArray().Sum(source => source.GetProperty("records").GetInt64()),
            lane.GetProperty("clean_stop").GetBoolean(),
            lane.GetProperty("written_at").GetInt64());
    }
}

/// <summary>What a checkpoint says.</summary>
/// <param name="Target">Whose it is.</param>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c> or <c>stopped</c>.</param>
/// <param name="Records">Records acknowledged.</param>
/// <param name="CleanStop">Whether the lane ended with nothing in flight.</param>
/// <param name="WrittenAt">Epoch milliseconds.</param>
internal sealed record LaneOnDisk(TargetPartition Target, string State, long Records, bool CleanStop, long WrittenAt);
