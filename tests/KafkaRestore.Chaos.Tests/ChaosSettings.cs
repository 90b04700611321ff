using System.Globalization;

namespace KafkaRestore.Chaos.Tests;

/// <summary>How long and with which seed chaos runs; see this project's README.</summary>
internal static class ChaosSettings
{
    private const string KillsVariable = "KAFKA_RESTORE_CHAOS_KILLS";
    private const string SeedVariable = "KAFKA_RESTORE_CHAOS_SEED";

    /// <summary>Kills over all plans together.</summary>
    public static int Kills { get; } = Number(KillsVariable) ?? 6;

    /// <summary>Where every random choice comes from.</summary>
    public static int Seed { get; } = Number(SeedVariable) ?? Random.Shared.Next(1, 1_000_000);

    /// <summary>How to see a failure again, for messages.</summary>
    public static string Again => $"{SeedVariable}={Seed} {KillsVariable}={Kills}";

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) switch
    {
        null or "" => null,
        var text when int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        var text => throw new InvalidOperationException($"{variable}={text} is not a number above 0"),
    };
}
