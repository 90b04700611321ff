using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>A test that needs Apache Kafka itself and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class S3KafkaFactAttribute : FactAttribute
{
    public S3KafkaFactAttribute() => Skip = KafkaFactConditions.WhyNotReal ?? S3Server.WhyMissing;
}

/// <summary>A test with several cases that needs Apache Kafka itself and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class S3KafkaTheoryAttribute : TheoryAttribute
{
    public S3KafkaTheoryAttribute() => Skip = KafkaFactConditions.WhyNotReal ?? S3Server.WhyMissing;
}

/// <summary>A test that needs brokers of its own and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class S3LauncherFactAttribute : FactAttribute
{
    public S3LauncherFactAttribute() => Skip = new KafkaLauncherFactAttribute().Skip ?? S3Server.WhyMissing;
}
