using KafkaRestore.Fuzz;
using KafkaRestore.Fuzz.Wire;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>Whatever a broker sends is an answer or a <see cref="WireFormatException"/>.</summary>
public sealed class AnswerDamageTests
{
    public static TheoryData<string, short> Answers
    {
        get
        {
            var all = new TheoryData<string, short>();
            foreach (var api in Apis.All)
            {
                for (var version = api.Lowest; version <= api.Highest; version++)
                {
                    all.Add(api.Name, version);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Valid_answers_are_read_to_the_end_and_no_prefix_of_them_is_one(string api, short version)
    {
        var answer = AnswerReaders.All.Single(reader => reader.Api.Name == api);
        for (var seed = 0; seed < 30; seed++)
        {
            var bytes = answer.Shape.Generate(new Random(seed), version);
            Assert.True(answer.Read(bytes, version) == 0, $"seed {seed}: bytes are left");
            for (var length = 0; length < bytes.Length; length++)
            {
                AssertRefused(answer, bytes.AsSpan(0, length), version, $"seed {seed}, {length} of {bytes.Length} bytes");
            }
        }
    }

    [Theory]
    [InlineData("00000001 7FFFFFFF")]
    [InlineData("00000001 80000000")]
    [InlineData("00000001 FFFFFFFE")]
    public void A_count_that_lies_is_refused_before_anything_is_allocated(string answer)
    {
        var bytes = WireBytes.Of(answer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => WireBytes.Read(new IncrementalAlterConfigsRequest([], validateOnly: true), 0, bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData("8080808010")]
    [InlineData("FFFFFFFFFF")]
    [InlineData("FFFFFFFF0F")]
    public void A_length_of_more_than_31_bits_is_refused(string length) => Assert.Throws<WireFormatException>(() =>
    {
        var reader = new WireReader(WireBytes.Of(length), flexible: true);
        reader.NullableString();
    });

    [Theory]
    [InlineData("FFFE")]
    [InlineData("8000")]
    public void A_text_with_a_length_below_null_is_refused(string length) => Assert.Throws<WireFormatException>(() =>
    {
        var reader = new WireReader(WireBytes.Of(length), flexible: false);
        reader.NullableString();
    });

    [Fact]
    public async Task Damaged_answers_are_read_or_refused()
    {
        var report = await new Fuzzer(new FuzzOptions { Iterations = 20_000, Seed = 11, Target = "wire", Golden = "" }).RunAsync(TextWriter.Null, default);

        Assert.True(report.Failure is null, report.Failure);
        Assert.All(new[] { "wire read", "wire refused" }, outcome => Assert.InRange(report.Outcomes[outcome], 4_000, 16_000));
    }

    [Fact]
    public void Every_request_has_an_answer_in_the_corpus() =>
        Assert.Equal(ByKey(Apis.All), ByKey(AnswerReaders.All.Select(answer => answer.Api)));

    [Fact]
    public void Every_request_is_known_as_one()
    {
        var requests = typeof(Apis).Assembly.GetTypes().Where(type => type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Request<>));

        Assert.Equal(ByKey(requests.Select(type => Assert.IsType<Api>(type.GetField("Definition")?.GetValue(null)))), ByKey(Apis.All));
    }

    private static IEnumerable<Api> ByKey(IEnumerable<Api> apis) => apis.OrderBy(api => api.Key);

    private static void AssertRefused(AnswerReader answer, ReadOnlySpan<byte> bytes, short version, string what)
    {
        try
        {
            answer.Read(bytes, version);
        }
        catch (WireFormatException)
        {
            return;
        }

        Assert.Fail($"{what} were read as a whole answer");
    }
}
