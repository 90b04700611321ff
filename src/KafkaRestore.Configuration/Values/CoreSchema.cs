using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaRestore.Configuration.Values;

/// <summary>How plain scalars are typed: YAML 1.2's core schema.</summary>
internal static partial class CoreSchema
{
    /// <summary>Whether a plain scalar is a boolean.</summary>
    public static bool TryBoolean(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE";
        return value || text is "false" or "False" or "FALSE";
    }

    /// <summary>Whether a plain scalar has the form of an integer; decimal ones have no leading zeros, which YAML's versions read differently.</summary>
    public static bool IsInteger(string text) => Integer().IsMatch(text);

    /// <summary>Whether a plain scalar is an integer of 64 bits.</summary>
    public static bool TryInteger(string text, out long value)
    {
        value = 0;
        return IsInteger(text) && (text.StartsWith("0x", StringComparison.Ordinal)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));
    }

    /// <summary>Whether a plain scalar is something else than text.</summary>
    public static bool IsTyped(string text) => TryBoolean(text, out _) || Number().IsMatch(text);

    [GeneratedRegex(@"\A(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|0x[0-9a-fA-F]+|0o[0-7]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
