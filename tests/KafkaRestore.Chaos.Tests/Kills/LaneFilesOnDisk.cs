using System.Text.Json;

namespace KafkaRestore.Chaos.Tests.Kills;

/// <summary>What a killed run has left on disk, read without the program.</summary>
internal static class LaneFilesOnDisk
{
    /// <summary>Whether a lane was at work in a run: its last checkpoint is of that run and says so.</summary>
    /// <param name="stateDirectory">The directory that was given as <c>--state-dir</c>.</param>
    /// <param name="since">When the run was started, epoch milliseconds.</param>
    public static bool AnyRunningSince(string stateDirectory, long since) =>
        Directory.Exists(stateDirectory) &&
        Directory.EnumerateFiles(stateDirectory, "*.ckpt", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".previous.ckpt", StringComparison.Ordinal))
            .Select(file => JsonSerializer.Deserialize<JsonElement>(string.Join('\n', File.ReadLines(file).Skip(1))))
            .Any(lane => lane.GetProperty("state").GetString() == "running" && lane.GetProperty("written_at").GetInt64() >= since);
}
