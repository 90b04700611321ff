using KafkaRestore.Kafka.Tests.Client;
using KafkaRestore.Kafka.Wire.Target;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Wire.Target;

/// <summary>The target over our own protocol client.</summary>
[RealKafkaOnly]
public sealed class WireTargetClusterTests : TargetClusterConformance
{
    protected override string Refused => "connection refused";

    protected override ITargetCluster Open(KafkaConnectionOptions connection, TargetClusterOptions? options = null) => new WireTargetCluster(connection, options);
}

/// <summary>The choice between the two: it must be as good as either.</summary>
public sealed class ChosenTargetClusterTests : TargetClusterConformance
{
    protected override string Refused => "connection refused";

    protected override ITargetCluster Open(KafkaConnectionOptions connection, TargetClusterOptions? options = null) => new ChosenTargetCluster(connection, options);
}
