namespace KafkaRestore.Kafka.Probing;

/// <summary>What a principal may do to a topic or to the cluster; the numbers are those of Kafka's ACL operations.</summary>
[Flags]
public enum TargetRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read records.</summary>
    Read = 1 << 3,

    /// <summary>Write records.</summary>
    Write = 1 << 4,

    /// <summary>Create it, or topics in the cluster.</summary>
    Create = 1 << 5,

    /// <summary>Delete it.</summary>
    Delete = 1 << 6,

    /// <summary>Change it: partitions, replicas.</summary>
    Alter = 1 << 7,

    /// <summary>See that it is there.</summary>
    Describe = 1 << 8,

    /// <summary>Act as a broker.</summary>
    ClusterAction = 1 << 9,

    /// <summary>Read its settings.</summary>
    DescribeConfigs = 1 << 10,

    /// <summary>Change its settings.</summary>
    AlterConfigs = 1 << 11,

    /// <summary>Write idempotently, to any topic.</summary>
    IdempotentWrite = 1 << 12,
}
