namespace KafkaRestore.Configuration.Keys;

/// <summary>Every key that a configuration file may hold. The reader, the check for unknown keys and docs/configuration.md all work from this table.</summary>
public static class ConfigurationKeys
{
    /// <summary>All keys, in the order of the reference.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        .. ProgramKeys.Identity,
        .. TargetKeys.All,
        .. StorageKeys.All,
        .. RestoreKeys.All,
        .. MetricsKeys.All,
        .. ProgramKeys.Unread,
    ];
}
