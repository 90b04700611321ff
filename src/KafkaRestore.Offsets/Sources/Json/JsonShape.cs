namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>What a kind of document holds, and where its values go.</summary>
internal abstract class JsonShape
{
    /// <summary>What must stand at a place; <see cref="JsonKind.Any"/> where it does not matter.</summary>
    public abstract JsonKind KindAt(JsonPlace place);

    /// <summary>A string or a whole number that <see cref="KindAt"/> asks for.</summary>
    public abstract void Value(JsonPlace place, JsonScalar value);

    /// <summary>An object or list that <see cref="KindAt"/> asks for has ended.</summary>
    public virtual void End(JsonPlace place)
    {
    }
}

/// <summary>What stands at a place.</summary>
internal enum JsonKind
{
    /// <summary>Anything; it is left out.</summary>
    Any,

    /// <summary>An object, or null.</summary>
    Object,

    /// <summary>A list, or null.</summary>
    List,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A string, or null.</summary>
    TextOrNull,

    /// <summary>A whole number of 64 bits.</summary>
    Number,
}

/// <summary>A value.</summary>
/// <param name="Text">The string; null for a number and for null.</param>
/// <param name="Number">The number; 0 for a string.</param>
internal readonly record struct JsonScalar(string? Text, long Number);
