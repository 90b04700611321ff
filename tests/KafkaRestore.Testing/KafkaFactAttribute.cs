using Xunit;

namespace KafkaRestore.Testing;

/// <summary>A test that any cluster serves, the mock included: never left out.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KafkaFactAttribute : FactAttribute;

/// <summary>A test that needs Apache Kafka itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaFactAttribute : FactAttribute
{
    public RealKafkaFactAttribute()
    {
        if (KafkaFactConditions.Bootstrap is null && KafkaFactConditions.Launcher is null)
        {
            Skip = "needs Apache Kafka: set KAFKA_BOOTSTRAP or KAFKA_RESTORE_TEST_KAFKA";
        }
    }
}

/// <summary>A test that starts, stops or pauses brokers of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KafkaLauncherFactAttribute : FactAttribute
{
    public KafkaLauncherFactAttribute()
    {
        if (KafkaFactConditions.Launcher is null)
        {
            Skip = "needs a launcher of Kafka clusters: set KAFKA_RESTORE_TEST_KAFKA";
        }
    }
}
