namespace KafkaRestore.Engine.State.Identity;

/// <summary>One key in which two jobs differ; null is a key that one of them does not have.</summary>
public readonly record struct IdentityDifference(string Key, string? Was, string? Is)
{
    private const int MostShown = 8;
    private const int LongestValue = 120;

    /// <summary><c>key: was … / is …</c>.</summary>
    public override string ToString() => $"{Key}: was {Show(Was)} / is {Show(Is)}";

    /// <summary>Several of them in one line; the rest of a long list as a number.</summary>
    public static string Describe(IReadOnlyList<IdentityDifference> differences) =>
        string.Join("; ", differences.Take(MostShown)) + (differences.Count > MostShown ? $"; and {differences.Count - MostShown} more" : "");

    private static string Show(string? value) =>
        value is null ? "nothing"
            : value.Length > LongestValue ? $"{value[..LongestValue]}… ({value.Length} characters)"
            : value;
}
