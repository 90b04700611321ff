using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State.Checkpoints;

namespace KafkaRestore.Engine.State.Files;

/// <summary>How state is written as JSON. Members that a later program added are passed over; missing and null ones that must be there are damage.</summary>
[JsonSerializable(typeof(LaneCheckpoint))]
[JsonSerializable(typeof(JobSummary))]
[JsonSerializable(typeof(LockHolder))]
[JsonSerializable(typeof(Skip))]
internal sealed partial class StateJson : JsonSerializerContext
{
    /// <summary>Indented, with every script's letters as they are: no browser reads this.</summary>
    public static StateJson Readable { get; } = new(OptionsOf(indented: true));

    /// <summary>The same on one line, for files of lines.</summary>
    public static StateJson Line { get; } = new(OptionsOf(indented: false));

    private static JsonSerializerOptions OptionsOf(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = indented,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
