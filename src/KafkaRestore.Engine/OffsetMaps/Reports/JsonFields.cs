using System.Text;
using System.Text.Json;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>The known scalar fields of one JSON object; filled again for each object without allocating.</summary>
internal sealed class JsonFields
{
    private readonly string[] _names;
    private readonly byte[][] _utf8;
    private readonly Value[] _values;

    /// <summary>Knows these names, the most frequent first.</summary>
    public JsonFields(params string[] names)
    {
        _names = names;
        _utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];
        _values = new Value[names.Length];
    }

    /// <summary>The field of this name, or -1.</summary>
    public int Match(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (reader.ValueTextEquals(_utf8[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Forgets all values.</summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Takes the value that the reader stands on.</summary>
    /// <exception cref="FormatException">It is given twice, or is of a kind that no field has.</exception>
    public void Set(int field, ref Utf8JsonReader reader)
    {
        if (_values[field].Kind != ValueKind.None)
        {
            throw new FormatException($"'{_names[field]}' is given twice");
        }

        _values[field] = reader.TokenType switch
        {
            JsonTokenType.Null => new Value(ValueKind.Null, 0, null),
            JsonTokenType.Number when reader.TryGetInt64(out var number) => new Value(ValueKind.Number, number, null),
            JsonTokenType.String => new Value(ValueKind.Text, 0, JsonText.Of(ref reader)),
            _ => throw new FormatException($"'{_names[field]}' is neither a text nor a whole number of 64 bits"),
        };
    }

    /// <summary>The number; null when it is null or not there.</summary>
    public long? Number(int field) => _values[field].Kind switch
    {
        ValueKind.Number => _values[field].Number,
        ValueKind.Text => throw new FormatException($"'{_names[field]}' is a text; a number was expected"),
        _ => null,
    };

    /// <summary>The number, which must be there.</summary>
    public long Required(int field) => Number(field) ?? throw new FormatException($"'{_names[field]}' is missing");

    /// <summary>The text; null when it is null or not there.</summary>
    public string? Text(int field) => _values[field].Kind switch
    {
        ValueKind.Text => _values[field].Text,
        ValueKind.Number => throw new FormatException($"'{_names[field]}' is a number; a text was expected"),
        _ => null,
    };

    private enum ValueKind : byte
    {
        None,
        Null,
        Number,
        Text,
    }

    private readonly record struct Value(ValueKind Kind, long Number, string? Text);
}

/// <summary>Texts of a JSON document.</summary>
internal static class JsonText
{
    /// <summary>The text or name that the reader stands on.</summary>
    /// <exception cref="FormatException">Its bytes are no UTF-8, or its escapes no characters.</exception>
    public static string Of(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException invalid)
        {
            throw new FormatException("a text is not valid UTF-8", invalid);
        }
    }
}
