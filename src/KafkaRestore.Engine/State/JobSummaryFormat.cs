using System.Text.Json;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>The summary as a file: plain JSON, so that every tool reads it. A torn one does not parse; a changed identity does not match its hash.</summary>
internal static class JobSummaryFormat
{
    public const int Version = 1;

    public static byte[] Write(JobSummary summary) => [.. JsonSerializer.SerializeToUtf8Bytes(summary, StateJson.Readable.JobSummary), (byte)'\n'];

    /// <summary>Reads any version up to <see cref="Version"/>.</summary>
    /// <exception cref="StateDamage">It is torn, changed, or another program's.</exception>
    /// <exception cref="RestoreException">STATE_NEWER.</exception>
    public static JobSummary Read(byte[] content, string path)
    {
        try
        {
            return VersionOf(content) switch
            {
                1 => ReadVersion1(content),
                var version => throw StateFailure.Newer(path, version, Version),
            };
        }
        catch (JsonException problem)
        {
            throw new StateDamage($"it is not a summary: {problem.Message}");
        }
    }

    /// <summary>Whether it is JSON of this program, of whatever version.</summary>
    public static bool IsOurs(byte[] content)
    {
        try
        {
            VersionOf(content);
            return true;
        }
        catch (Exception problem) when (problem is StateDamage or JsonException)
        {
            return false;
        }
    }

    private static int VersionOf(byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        return json.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("program", out var program) && program.ValueKind == JsonValueKind.String && program.GetString() == JobSummary.ProgramName
            && root.TryGetProperty("format_version", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number >= 1
                ? number
                : throw new StateDamage("it is not a summary of this program");
    }

    private static JobSummary ReadVersion1(byte[] content)
    {
        var summary = JsonSerializer.Deserialize(content, StateJson.Readable.JobSummary) ?? throw new StateDamage("it holds nothing");
        return summary.Run < 1 || summary.Lanes < 0 || summary.LanesBegun < 0 || summary.Generations < 1 ? throw new StateDamage("its numbers contradict each other")
            : JobIdentity.FromValues(summary.Identity).Hash != summary.IdentityHash ? throw new StateDamage("its identity does not match its hash")
            : summary;
    }
}
