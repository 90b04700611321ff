namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Every request that this client speaks.</summary>
internal static class Apis
{
    /// <summary>By number.</summary>
    public static IReadOnlyList<Api> All { get; } =
    [
        ProduceRequest.Definition,
        FetchRequest.Definition,
        ListOffsetsRequest.Definition,
        MetadataRequest.Definition,
        OffsetCommitRequest.Definition,
        OffsetFetchRequest.Definition,
        FindCoordinatorRequest.Definition,
        DescribeGroupsRequest.Definition,
        ListGroupsRequest.Definition,
        CreateTopicsRequest.Definition,
        DeleteRecordsRequest.Definition,
        SaslHandshakeRequest.Definition,
        ApiVersionsRequest.Definition,
        InitProducerIdRequest.Definition,
        AddPartitionsToTxnRequest.Definition,
        EndTxnRequest.Definition,
        DescribeConfigsRequest.Definition,
        DescribeLogDirsRequest.Definition,
        SaslAuthenticateRequest.Definition,
        IncrementalAlterConfigsRequest.Definition,
        OffsetDeleteRequest.Definition,
        DescribeClusterRequest.Definition,
        ConsumerGroupDescribeRequest.Definition,
    ];
}
