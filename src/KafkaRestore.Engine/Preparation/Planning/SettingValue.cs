namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Values of settings as Kafka means them.</summary>
internal static class SettingValue
{
    /// <summary>Whether two values mean the same: the order in a list does not matter.</summary>
    public static bool AreSame(string? one, string? other) => one == other
        || (one is not null && other is not null && Parts(one).SequenceEqual(Parts(other), StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Parts(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.OrdinalIgnoreCase);
}
