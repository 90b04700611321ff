using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KafkaRestore.Engine.State.Files;

namespace KafkaRestore.Engine.Steering.Control;

/// <summary>Request and answer as bytes. Whatever is not exactly a request is damage: nothing of it is obeyed.</summary>
internal static class ControlFormat
{
    public const string Name = "kafka-restore control";

    public const int Version = 1;

    public static byte[] Write(ControlRequest request) => [.. JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Readable.ControlRequest), (byte)'\n'];

    public static byte[] Write(ControlAnswer answer) => [.. JsonSerializer.SerializeToUtf8Bytes(answer, ControlJson.Readable.ControlAnswer), (byte)'\n'];

    /// <exception cref="StateDamage">It is no request of this version, or contradicts itself.</exception>
    public static ControlRequest ReadRequest(ReadOnlySpan<byte> content)
    {
        var request = Read(content, ControlJson.Readable.ControlRequest, static request => (request.Format, request.FormatVersion));
        _ = LimitsOf(request);
        return request.Request >= 1 ? request : throw new StateDamage($"a request has no number {request.Request}");
    }

    /// <exception cref="StateDamage">It is no answer of this version.</exception>
    public static ControlAnswer ReadAnswer(ReadOnlySpan<byte> content) =>
        Read(content, ControlJson.Readable.ControlAnswer, static answer => (answer.Format, answer.FormatVersion));

    /// <summary>The limits by key, as the file has them.</summary>
    public static IReadOnlyDictionary<string, long?> LimitsOf(LimitsRequest request)
    {
        var limits = new SortedDictionary<string, long?>(StringComparer.Ordinal);
        if (request.RecordsPerSecond is { } records)
        {
            limits[RunLimits.RecordsPerSecondKey] = records.PerSecond;
        }

        if (request.BytesPerSecond is { } bytes)
        {
            limits[RunLimits.BytesPerSecondKey] = bytes.PerSecond;
        }

        if (request.MaxConcurrentPartitions is { } partitions)
        {
            limits[RunLimits.MaxConcurrentPartitionsKey] = partitions;
        }

        return limits;
    }

    /// <summary>What the limits by key ask for.</summary>
    /// <exception cref="StateDamage">A key is not known, or a value is out of range.</exception>
    public static LimitsRequest LimitsOf(ControlRequest request)
    {
        var limits = new LimitsRequest();
        foreach (var (key, value) in request.Limits)
        {
            limits = (key, value) switch
            {
                (RunLimits.RecordsPerSecondKey, null or >= 1) => limits with { RecordsPerSecond = new RateRequest(value) },
                (RunLimits.BytesPerSecondKey, null or >= 1) => limits with { BytesPerSecond = new RateRequest(value) },
                (RunLimits.MaxConcurrentPartitionsKey, >= 1 and <= RunLimits.HighestConcurrency) => limits with { MaxConcurrentPartitions = (int)value.Value },
                (RunLimits.RecordsPerSecondKey or RunLimits.BytesPerSecondKey or RunLimits.MaxConcurrentPartitionsKey, _) => throw new StateDamage($"{key} is out of range"),
                _ => throw new StateDamage("it names a limit that cannot be changed"),
            };
        }

        return limits;
    }

    private static T Read<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type, Func<T, (string Name, int Version)> formatOf)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(content, type) ?? throw new StateDamage("it holds nothing");
            return formatOf(value) switch
            {
                (Name, Version) => value,
                (Name, _) => throw new StateDamage("another version of this program wrote it"),
                _ => throw new StateDamage($"it does not say that it is '{Name}'"),
            };
        }
        catch (JsonException problem)
        {
            throw new StateDamage($"it is not the JSON that is expected: {problem.Message}");
        }
    }
}
