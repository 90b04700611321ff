using System.Text.Json;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>
/// A lane checkpoint as a file: a first line with version and checksum, then JSON. Text, because the file is a kilobyte or two that is
/// written every few seconds (the disk's flush costs a hundred times more than its encoding), and because whoever must find out what happened
/// to a restore can read it with what every machine has.
/// </summary>
internal static class LaneCheckpointFormat
{
    /// <summary>Version 2 is version 1 of a lane that has left something out: a program that knows nothing of that would take up another stream.</summary>
    public const int Version = 2;
    private const string Kind = "lane";

    public static byte[] Write(LaneCheckpoint checkpoint) =>
        TextEnvelope.Wrap(Kind, checkpoint.Skips > 0 ? Version : 1, JsonSerializer.SerializeToUtf8Bytes(checkpoint, StateJson.Readable.LaneCheckpoint));

    /// <summary>Reads any version up to <see cref="Version"/>.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <exception cref="StateDamage">It is torn, changed, or contradicts itself.</exception>
    /// <exception cref="RestoreException">STATE_NEWER.</exception>
    public static LaneCheckpoint Read(ReadOnlySpan<byte> content, string path)
    {
        var (version, bodyAt) = TextEnvelope.Open(Kind, content);
        var body = content[bodyAt..];
        return version switch
        {
            1 or 2 => ReadBody(body),
            _ => throw StateFailure.Newer(path, version, Version),
        };
    }

    private static LaneCheckpoint ReadBody(ReadOnlySpan<byte> body)
    {
        LaneCheckpoint checkpoint;
        try
        {
            checkpoint = JsonSerializer.Deserialize(body, StateJson.Readable.LaneCheckpoint) ?? throw new StateDamage("it holds nothing");
        }
        catch (JsonException problem)
        {
            throw new StateDamage($"it is not a checkpoint: {problem.Message}");
        }

        return checkpoint.FindProblem() is { } contradiction ? throw new StateDamage(contradiction) : checkpoint;
    }
}
