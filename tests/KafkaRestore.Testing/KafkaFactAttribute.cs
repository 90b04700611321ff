using Xunit;
using Xunit.Sdk;

namespace KafkaRestore.Testing;

/// <summary>A test that any cluster serves, the mock included: left out only in a class with <see cref="RealKafkaOnlyAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("KafkaRestore.Testing.KafkaFactDiscoverer", "KafkaRestore.Testing")]
public sealed class KafkaFactAttribute : FactAttribute;

/// <summary>All tests of this class need Apache Kafka itself, those that it inherits included.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RealKafkaOnlyAttribute : Attribute;

/// <summary>A test that needs Apache Kafka itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaFactAttribute : FactAttribute
{
    public RealKafkaFactAttribute()
    {
        Skip = KafkaFactConditions.WhyNotReal;
    }
}

/// <summary>A test with several cases that needs Apache Kafka itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaTheoryAttribute : TheoryAttribute
{
    public RealKafkaTheoryAttribute()
    {
        Skip = KafkaFactConditions.WhyNotReal;
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

/// <summary>A test with several cases that starts, stops or pauses brokers of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KafkaLauncherTheoryAttribute : TheoryAttribute
{
    public KafkaLauncherTheoryAttribute()
    {
        if (KafkaFactConditions.Launcher is null)
        {
            Skip = "needs a launcher of Kafka clusters: set KAFKA_RESTORE_TEST_KAFKA";
        }
    }
}
