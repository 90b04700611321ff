using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>A theory that needs Apache Kafka itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaTheoryAttribute : TheoryAttribute
{
    public RealKafkaTheoryAttribute() => Skip = new RealKafkaFactAttribute().Skip;
}

/// <summary>A theory that needs Apache Kafka and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaAndS3TheoryAttribute : TheoryAttribute
{
    public RealKafkaAndS3TheoryAttribute() => Skip = new RealKafkaFactAttribute().Skip ?? S3Server.WhyMissing;
}

/// <summary>A test that needs Apache Kafka and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaAndS3FactAttribute : FactAttribute
{
    public RealKafkaAndS3FactAttribute() => Skip = new RealKafkaFactAttribute().Skip ?? S3Server.WhyMissing;
}
