namespace KafkaRestore.Offsets.Sources;

/// <summary>Names in a message: some of them, and how many more there are.</summary>
internal static class Naming
{
    private const int Most = 10;

    /// <summary>The names, separated by commas.</summary>
    public static string Of(IReadOnlyCollection<string> names) =>
        names.Count <= Most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Most))} and {names.Count - Most} more";

    /// <summary>A count and what is counted.</summary>
    public static string Count(long count, string what) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
