using System.Globalization;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Reads client properties as librdkafka does; a value that it would refuse is CONFIG_INVALID.</summary>
internal sealed class ClientPropertyReader(IReadOnlyDictionary<string, string> properties)
{
    /// <summary>A text; null when it is not given.</summary>
    public string? Text(string name) => properties.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>A text that must be given because of <paramref name="why"/>.</summary>
    public string Required(string name, string why) =>
        Text(name) ?? throw ClientConfiguration.Invalid($"{why} needs {name}", $"target.client.{name}", "Set it.");

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool otherwise) => Text(name)?.ToLowerInvariant() switch
    {
        null => otherwise,
        "true" or "t" or "1" => true,
        "false" or "f" or "0" => false,
        var other => throw Invalid(name, other, "true or false"),
    };

    /// <summary>A time in milliseconds, at least 1.</summary>
    public TimeSpan Milliseconds(string name, TimeSpan otherwise) => Text(name) switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 => TimeSpan.FromMilliseconds(value),
        var other => throw Invalid(name, other, "a number of milliseconds"),
    };

    /// <summary>One of several words.</summary>
    public T Choice<T>(string name, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Invalid(name, text, string.Join(" or ", choices.ToArray().Select(static choice => choice.Word)));
    }

    private static Records.Errors.RestoreException Invalid(string name, string value, string expected) =>
        ClientConfiguration.Invalid($"'{value}' is no value for the client property '{name}'", $"target.client.{name}", $"Set it to {expected}.");
}
