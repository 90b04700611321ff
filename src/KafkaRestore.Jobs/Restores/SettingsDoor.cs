using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka.Settings;

namespace KafkaRestore.Jobs.Restores;

/// <summary>The way to the settings of the target's topics.</summary>
internal static class SettingsDoor
{
    /// <summary>Opens it when it is needed.</summary>
    public static Func<CancellationToken, Task<TopicSettingsDoor>> Of(RestoreOptions options, JobContext context) =>
        stop => TopicSettingsDoor.OpenAsync(options.Target, context.Log.Client, context.Time, stop);
}
