namespace KafkaRestore.Testing;

/// <summary>What this machine offers to tests that need Kafka.</summary>
public static class KafkaFactConditions
{
    /// <summary>A running cluster that tests may use (<c>KAFKA_BOOTSTRAP</c>).</summary>
    public static string? Bootstrap => Variable("KAFKA_BOOTSTRAP");

    /// <summary>The program that starts clusters (<c>KAFKA_RESTORE_TEST_KAFKA</c>).</summary>
    public static string? Launcher => Variable("KAFKA_RESTORE_TEST_KAFKA");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Why there is no Apache Kafka; null when there is.</summary>
    public static string? WhyNotReal =>
        Bootstrap is null && Launcher is null ? "needs Apache Kafka: set KAFKA_BOOTSTRAP or KAFKA_RESTORE_TEST_KAFKA" : null;
}
