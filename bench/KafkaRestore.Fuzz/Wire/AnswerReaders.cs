using Confluent.Kafka;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Fuzz.Wire;

/// <summary>Every answer that the client reads, laid out as Kafka's message definitions say.</summary>
internal static class AnswerReaders
{
    public static IReadOnlyList<AnswerReader> All { get; } =
    [
        new AnswerReader<ApiVersionsResponse>(
            new ApiVersionsRequest("1.0"),
            "error [ i16 i16 i16 ] i32@1 <0@3 [ s i16 i16 ] > <1@3 i64 >"),
        new AnswerReader<SaslHandshakeResponse>(
            new SaslHandshakeRequest("PLAIN"),
            "error [ s ]"),
        new AnswerReader<SaslAuthenticateResponse>(
            new SaslAuthenticateRequest([]),
            "error s? bytes i64"),
        new AnswerReader<ProduceResponse>(
            new ProduceRequest(TimeSpan.Zero, []),
            "[ s [ i32 error i64 i64 i64 [ i32 s? ] s? <0@10 i32 i32 > ] ] i32 <0@10 [ i32 s i32 s? ] >"),
        new AnswerReader<FetchResponse>(
            new FetchRequest(TimeSpan.Zero, 1, IsolationLevel.ReadUncommitted, []),
            "i32 error i32 [ s [ i32 error i64 i64 i64 [? i64 i64 ] i32 records? <0@12 i32 i64 > <1@12 i32 i32 > <2@12 i64 i32 > ] ]"),
        new AnswerReader<ListOffsetsResponse>(
            new ListOffsetsRequest(IsolationLevel.ReadUncommitted, []),
            "i32 [ s [ i32 error i64 i64 i32@4 ] ]"),
        new AnswerReader<MetadataResponse>(
            new MetadataRequest(null),
            "i32 [ broker s? ] s? i32 [ error s uuid@10 bool [ error i32 i32 i32 i32* i32* i32* ] i32 ] i32@8-10"),
        new AnswerReader<OffsetCommitResponse>(
            new OffsetCommitRequest("g", []),
            "i32 [ s [ i32 error ] ]"),
        new AnswerReader<OffsetFetchResponse>(
            new OffsetFetchRequest([new OffsetFetchGroup("g", null)], requireStable: true),
            "i32 [@0-7 s [ i32 i64 i32 s? error ] ] error@2-7 [@8 s [ s [ i32 i64 i32 s? error ] ] error ]"),
        new AnswerReader<FindCoordinatorResponse>(
            new FindCoordinatorRequest(CoordinatorKind.Group, ["g"]),
            "i32 error@0-3 s?@1-3 broker@0-3 [@4 s broker error s? ]"),
        new AnswerReader<DescribedGroups>(
            new DescribeGroupsRequest([]),
            "i32 [ error s?@6 s s s s [ s s? s s bytes bytes ] i32 ]"),
        new AnswerReader<ListGroupsResponse>(
            new ListGroupsRequest(),
            "i32 error [ s s s@4 s@5 ]"),
        new AnswerReader<DeleteRecordsResponse>(
            new DeleteRecordsRequest([], TimeSpan.Zero),
            "i32 [ s [ i32 i64 error ] ]"),
        new AnswerReader<InitProducerIdResponse>(
            new InitProducerIdRequest(null, TimeSpan.Zero),
            "i32 error i64 i16"),
        new AnswerReader<AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest("t", 1, 1, []),
            "i32 [ s [ i32 error ] ]"),
        new AnswerReader<EndTxnResponse>(
            new EndTxnRequest("t", 1, 1, commit: false),
            "i32 error"),
        new AnswerReader<DescribeConfigsResponse>(
            new DescribeConfigsRequest([]),
            "i32 [ error s? i8 s [ s s? bool i8 bool [ s s? i8 ] i8@3 s?@3 ] ]"),
        new AnswerReader<DescribeLogDirsResponse>(
            new DescribeLogDirsRequest(null),
            "i32 error@3 [ error s [ s [ i32 i64 i64 bool ] ] i64@4 i64@4 ]"),
        new AnswerReader<IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest([], validateOnly: true),
            "i32 [ error s? i8 s ]"),
        new AnswerReader<OffsetDeleteResponse>(
            new OffsetDeleteRequest("g", []),
            "error i32 [ s [ i32 error ] ]"),
        new AnswerReader<CreateTopicsResponse>(
            new CreateTopicsRequest([], validateOnly: true, TimeSpan.FromSeconds(1)),
            "i32 [ s uuid@7 error s? i32@5 i16@5 [?@5 s s? bool i8 bool ] <0@5 error > ]"),
        new AnswerReader<DescribeClusterResponse>(
            new DescribeClusterRequest(),
            "i32 error s? i8@1 s i32 [ broker s? ] i32"),
        new AnswerReader<DescribedGroups>(
            new ConsumerGroupDescribeRequest([]),
            "i32 [ error s? s s i32 i32 s [ s s? s? i32 s s s* s? ( [ uuid s i32* ] ) ( [ uuid s i32* ] ) i8@1 ] i32 ]"),
    ];
}
