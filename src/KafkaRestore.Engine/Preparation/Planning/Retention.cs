namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>How long a topic keeps records by their timestamps.</summary>
internal static class Retention
{
    /// <summary>Records are not deleted by their age.</summary>
    public const long Endless = -1;

    /// <summary>In milliseconds, or <see cref="Endless"/>; null when it is unknown.</summary>
    /// <param name="value">The value that counts for a setting; null is unknown.</param>
    public static long? Of(Func<string, string?> value) =>
        !HarmfulSettings.IsDeleted(value(HarmfulSettings.CleanupPolicy)) ? Endless
        : HarmfulSettings.Number(value(HarmfulSettings.RetentionMs)) is { } retention ? Math.Max(retention, Endless)
        : null;
}
