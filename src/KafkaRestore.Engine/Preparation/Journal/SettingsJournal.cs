using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation.Journal;

/// <summary>
/// The file that says what topics' settings are to be in the end, in the job's folder, twice: whatever happens to a run, the next one puts them back. It belongs to the job and not to one
/// of its runs, so that <c>--again</c> finds it.
/// </summary>
internal sealed class SettingsJournal
{
    /// <summary>The file's name in the job's folder.</summary>
    public const string FileName = "settings.journal";

    private const string Kind = "settings";
    private const int Version = 1;

    private readonly DurableFile _file;

    /// <param name="files">The file system.</param>
    /// <param name="location">Where the job's state is.</param>
    public SettingsJournal(IStateFiles files, JobLocation location)
    {
        Path = System.IO.Path.Combine(location.PartsDirectory, FileName);
        _file = new DurableFile(files, Path, System.IO.Path.Combine(location.PartsDirectory, "settings.previous.journal"));
        Content = _file.Read(content => Parse(content, Path)) ?? JournalContent.Empty;
    }

    /// <summary>The journal of a job that someone else may be working on.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static JournalContent Read(JobLocation location) => new SettingsJournal(location.Files, location).Content;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public JournalContent Content { get; private set; }

    /// <summary>Replaces what it holds; returns when it is on the disk.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE; what was there before is still there.</exception>
    public void Write(JournalContent content)
    {
        var bytes = TextEnvelope.Wrap(Kind, Version, JsonSerializer.SerializeToUtf8Bytes(content, JournalJson.Readable.JournalContent));

        // Twice: a damaged file must never fall back to what counted before.
        _file.Write(bytes);
        _file.Write(bytes);
        Content = content;
    }

    private static JournalContent Parse(byte[] content, string path)
    {
        var (version, bodyAt) = TextEnvelope.Open(Kind, content);
        if (version > Version)
        {
            throw StateFailure.Newer(path, version, Version);
        }

        try
        {
            return JsonSerializer.Deserialize(content.AsSpan(bodyAt), JournalJson.Readable.JournalContent) ?? throw new StateDamage("it holds nothing");
        }
        catch (JsonException problem)
        {
            throw new StateDamage($"it is no journal: {problem.Message}");
        }
    }
}

/// <summary>How the journal is written.</summary>
[JsonSerializable(typeof(JournalContent))]
internal sealed partial class JournalJson : JsonSerializerContext
{
    public static JournalJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
