using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>Numbers outside a configuration file, in the same form as there.</summary>
public static class PlainNumber
{
    /// <summary>Reads a whole number.</summary>
    public static bool TryRead(string text, out long number)
    {
        ArgumentNullException.ThrowIfNull(text);
        return CoreSchema.TryInteger(text, out number);
    }

    /// <summary>Reads a size in bytes: bare, or with a unit such as <c>40MiB</c>.</summary>
    public static bool TryReadSize(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SizeUnits.All.TryParse(new YamlScalar(1, 1, text, isPlain: true), "B", out bytes);
    }
}
