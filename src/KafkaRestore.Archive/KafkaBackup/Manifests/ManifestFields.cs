using System.Text.Json;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>The scalar fields of the object being read.</summary>
internal sealed class ManifestFields
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    public void Clear() => _values.Clear();

    public void See(string property) => Add(property, default);

    public bool Seen(string property) => _values.ContainsKey(property);

    /// <summary>Notes that a known field holds a list or an object where neither belongs.</summary>
    public void SetOther(string property) => Add(property, new Value(null, null, "a list or an object"));

    public void Set(string property, ref Utf8JsonReader reader, ManifestAssembler assembler)
    {
        if (ManifestNames.IsKnown(property))
        {
            Put(property, Read(ref reader, assembler));
        }
    }

    private static Value Read(ref Utf8JsonReader reader, ManifestAssembler assembler) => reader.TokenType switch
        {
        JsonTokenType.String => new Value(null, assembler.Text(ref reader), "a string"),
        JsonTokenType.Number when reader.TryGetInt64(out var number) => new Value(number, null, "a number"),
        JsonTokenType.Number => new Value(null, null, "no whole number of 64 bits"),
        JsonTokenType.Null => default,
        _ => new Value(null, null, "true or false"),
    };

    public long? Number(string property)
    {
        var value = _values.GetValueOrDefault(property);
        return value.Number is null && value.Kind is not null ? throw new FormatException($"{property} is {value.Kind}; a number was expected") : value.Number;
    }

    public string? Text(string property)
    {
        var value = _values.GetValueOrDefault(property);
        return value.Text is null && value.Kind is not null ? throw new FormatException($"{property} is {value.Kind}; a string was expected") : value.Text;
    }

    public long Required(string property, string of) =>
        Number(property) ?? throw new FormatException($"'{property}'{of} is missing");

    public string RequiredText(string property, string of) =>
        Text(property) ?? throw new FormatException($"'{property}'{of} is missing");

    public long Offset(string property)
    {
        var value = Required(property, "");
        return value switch
        {
            < 0 => throw new FormatException($"{property} {value} is negative"),
            long.MaxValue => throw new FormatException($"{property} {value} is beyond every offset"),
            _ => value,
        };
    }

    public long? OptionalOffset(string property)
    {
        var value = Number(property);
        return value == long.MaxValue ? throw new FormatException($"{property} {value} is beyond every offset") : value;
    }

    public long Size(string property)
    {
        var value = Number(property) ?? 0;
        return value >= 0 ? value : throw new FormatException($"{property} {value} is negative");
    }

    private void Add(string property, Value value)
    {
        if (ManifestNames.IsKnown(property))
        {
            Put(property, value);
        }
    }

    private void Put(string property, Value value)
    {
        if (!_values.TryAdd(property, value))
        {
            throw new FormatException($"'{property}' is given twice");
        }
    }

    private readonly record struct Value(long? Number, string? Text, string? Kind);
}
