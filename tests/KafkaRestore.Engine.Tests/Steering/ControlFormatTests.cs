using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Steering.Control;

namespace KafkaRestore.Engine.Tests.Steering;

public sealed class ControlFormatTests
{
    private const string Whole = """
        {"format": "kafka-restore control", "format_version": 1, "request": 3, "run": {"process_id": 7, "since": 99},
         "limits": {"rate_limit_records_per_sec": 500, "rate_limit_bytes_per_sec": null}}
        """;

    [Fact]
    public void A_request_says_which_limits_change_which_are_lifted_and_which_stay()
    {
        var request = ControlFormat.ReadRequest(Encoding.UTF8.GetBytes(Whole));

        Assert.Equal((3, new ControlledRun(7, 99)), (request.Request, request.Run));
        Assert.Equal(new LimitsRequest { RecordsPerSecond = new RateRequest(500), BytesPerSecond = new RateRequest(null) }, ControlFormat.LimitsOf(request));
    }

    [Fact]
    public void Every_request_is_read_as_it_was_written()
    {
        var rate = Gen.OneOf(
            Gen.Constant<RateRequest?>(null), Gen.Constant<RateRequest?>(new RateRequest(null)), Gen.Choose(1, int.MaxValue).Select(n => (RateRequest?)new RateRequest(n)));
        var places = Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(1, RunLimits.HighestConcurrency).Select(n => (int?)n));
        var requests = rate.SelectMany(records => rate.SelectMany(bytes => places.Select(partitions =>
            new LimitsRequest { RecordsPerSecond = records, BytesPerSecond = bytes, MaxConcurrentPartitions = partitions })));
        Prop.ForAll(requests.ToArbitrary(), asked =>
        {
            var written = ControlFormat.Write(new ControlRequest
            {
                Format = ControlFormat.Name, FormatVersion = ControlFormat.Version, Request = 1, Run = new ControlledRun(1, 2), Limits = ControlFormat.LimitsOf(asked),
            });
            Assert.Equal(asked, ControlFormat.LimitsOf(ControlFormat.ReadRequest(written)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "nothing")]
    [InlineData("[]", "JSON")]
    [InlineData("{}", "JSON")]
    [InlineData("kafka-restore control|kafka-restore", "kafka-restore control")]
    [InlineData("\"format_version\": 1|\"format_version\": 2", "another version")]
    [InlineData("\"request\": 3|\"request\": 0", "number 0")]
    [InlineData("\"run\": {\"process_id\": 7, \"since\": 99}|\"run\": null", "JSON")]
    [InlineData(": 500|: 0", "out of range")]
    [InlineData(": 500|: -1", "out of range")]
    [InlineData(": 500|: 1e99", "JSON")]
    [InlineData(": 500|: \"fast\"", "JSON")]
    [InlineData("\"rate_limit_bytes_per_sec\": null|\"max_concurrent_partitions\": null", "out of range")]
    [InlineData("\"rate_limit_bytes_per_sec\": null|\"max_concurrent_partitions\": 10001", "out of range")]
    [InlineData("\"rate_limit_bytes_per_sec\": null|\"rate_limit_records_per_sec\": 1", "JSON")]
    [InlineData("rate_limit_bytes_per_sec|rate_limit_broker_bytes_per_sec", "cannot be changed")]
    public void What_is_no_request_is_told_from_one(string change, string expected)
    {
        var text = change.Split('|') is [var was, var now] ? Whole.Replace(was, now, StringComparison.Ordinal) : change;
        Assert.NotEqual(Whole, text);

        var damage = Assert.Throws<StateDamage>(() => ControlFormat.ReadRequest(Encoding.UTF8.GetBytes(text)));

        Assert.Contains(expected, damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_stand_there_are_a_request_or_damage_and_nothing_else()
    {
        var whole = Encoding.UTF8.GetBytes(Whole);
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = (byte[])whole.Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : whole[random.Next(whole.Length)];
            }

            var cut = random.Next(2) == 0 ? bytes : bytes[..random.Next(bytes.Length)];
            try
            {
                var request = ControlFormat.ReadRequest(cut);
                var limits = ControlFormat.LimitsOf(request).ApplyTo(new RunLimits { RecordsPerSecond = null, BytesPerSecond = null, MaxConcurrentPartitions = 1 });
                Assert.True(limits.RecordsPerSecond is null or >= 1 && limits.BytesPerSecond is null or >= 1 && limits.MaxConcurrentPartitions is >= 1 and <= RunLimits.HighestConcurrency);
            }
            catch (StateDamage)
            {
                // Told apart.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }
}
