using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration;

/// <summary>One thing that is wrong in a configuration file. Holds no secret and no variable's value.</summary>
/// <param name="Code">Its kind: CONFIG_INVALID, CONFIG_UNKNOWN_KEY, CONFIG_NOT_SUPPORTED or CONFIG_VARIABLE_UNSET.</param>
/// <param name="Path">The full path of the key, such as <c>restore.topic_mapping.orders</c>; empty for the file as a whole.</param>
/// <param name="Line">From 1; 0 where there is no place, as for a key that is missing.</param>
/// <param name="Column">From 1; 0 where there is no place.</param>
/// <param name="What">What is wrong, without a final full stop.</param>
/// <param name="Hint">What to do about it; null for the code's general remedy.</param>
public sealed record ConfigurationProblem(ErrorCode Code, string Path, int Line, int Column, string What, string? Hint = null)
{
    /// <summary>One line for a person: <c>12:5 restore.dry_run: what. hint</c>.</summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"{Line}:{Column} " : "";
        var key = Path.Length > 0 ? $"{Path}: " : "";
        return $"{place}{key}{What}. {Hint ?? Code.Remedy}";
    }
}
