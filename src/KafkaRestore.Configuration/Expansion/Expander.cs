using System.Text;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Expansion;

/// <summary>
/// Replaces <c>${NAME}</c>, <c>${NAME:-default}</c> and <c>${file:path}</c> in one value. <c>$${</c> stands for <c>${</c>; any other
/// <c>$</c> is itself. What comes out is not looked at again, so a variable can bring in neither YAML nor further variables.
/// </summary>
internal sealed class Expander(IExpansionSource source)
{
    private const string FilePrefix = "file:";

    // Of all values of one file together: a short file that names a long one often stays cheap.
    private const int MaxCharacters = 4 << 20;

    private int _characters;

    /// <summary>Expands a value; on failure gives a problem that shows no value.</summary>
    public bool TryExpand(YamlScalar scalar, string path, out YamlScalar expanded, out ConfigurationProblem? problem)
    {
        problem = null;
        expanded = scalar;
        if (scalar.IsResolved)
        {
            return true;
        }

        var text = scalar.Text;
        var result = new StringBuilder(text.Length);
        var position = 0;
        var changed = false;
        for (int open; (open = text.IndexOf("${", position, StringComparison.Ordinal)) >= 0;)
        {
            if (open > position && text[open - 1] == '$')
            {
                result.Append(text, position, open - 1 - position).Append("${");
                position = open + 2;
                continue;
            }

            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                problem = new ConfigurationProblem(ErrorCodes.ConfigInvalid, path, scalar.Line, scalar.Column, "a ${ has no closing brace", "Write ${NAME}, or $${ for the two characters themselves.");
                return false;
            }

            var reference = text[(open + 2)..close];
            var (value, what, hint, code) = Lookup(reference);
            if (value is null)
            {
                problem = new ConfigurationProblem(code, path, scalar.Line, scalar.Column, what, hint);
                return false;
            }

            if ((_characters += value.Length) > MaxCharacters)
            {
                problem = new ConfigurationProblem(ErrorCodes.ConfigInvalid, path, scalar.Line, scalar.Column, $"variables and files bring in more than {MaxCharacters} characters");
                return false;
            }

            result.Append(text, position, open - position).Append(value);
            position = close + 1;
            changed = true;
        }

        expanded = scalar.Resolve(result.Append(text, position, text.Length - position).ToString(), changed);
        return true;
    }

    private (string? Value, string What, string? Hint, ErrorCode Code) Lookup(string reference)
    {
        if (reference.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return LookupFile(reference[FilePrefix.Length..]);
        }

        var separator = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = separator < 0 ? reference : reference[..separator];
        var fallback = separator < 0 ? null : reference[(separator + 2)..];
        if (!IsName(name))
        {
            return (null, "a ${…} holds no variable name", "Write ${NAME}, ${NAME:-default} or ${file:/path}; $${ stands for the two characters themselves.", ErrorCodes.ConfigInvalid);
        }

        if (fallback?.Contains("${", StringComparison.Ordinal) == true)
        {
            return (null, $"the default of ${{{name}}} holds another ${{", "A default is taken as it stands.", ErrorCodes.ConfigInvalid);
        }

        var value = source.Variable(name);
        return fallback is not null && string.IsNullOrEmpty(value)
            ? (fallback, "", null, ErrorCodes.ConfigInvalid)
            : (value, $"the variable {name} is not set", $"Set it, or write ${{{name}:-default}}.", ErrorCodes.ConfigVariableUnset);
    }

    private (string? Value, string What, string? Hint, ErrorCode Code) LookupFile(string path)
    {
        if (path.Length == 0)
        {
            return (null, "${file:} names no file", "Write ${file:/path}.", ErrorCodes.ConfigInvalid);
        }

        try
        {
            var text = source.ReadFile(path);
            var end = text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : text.EndsWith('\n') ? 1 : 0;
            return (text[..^end], "", null, ErrorCodes.ConfigInvalid);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"the file {Binding.Problems.Show(path)} cannot be read: {BoundedFile.Reason(failure)}", "Check the path and its permissions.", ErrorCodes.ConfigVariableUnset);
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
