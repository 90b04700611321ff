using System.Text;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.State;

public sealed class LaneCheckpointFormatTests
{
    private const string GoldenName = "lane.v1.ckpt";

    [Fact]
    public void A_checkpoint_of_version_1_is_read_by_every_later_program()
    {
        var read = LaneCheckpointFormat.Read(Golden(), "file");
        var expected = StateSamples.Full();
        Assert.Equal(expected with { Sources = read.Sources, Tail = read.Tail }, read);
        Assert.Equal(expected.Tail.RecordCount, read.Tail.RecordCount);
        Assert.True(expected.Tail.Bytes.Span.SequenceEqual(read.Tail.Bytes.Span));
        Assert.Equal(expected.Sources.Count, read.Sources.Count);
        foreach (var (was, now) in expected.Sources.Zip(read.Sources))
        {
            Assert.Equal(was with { MapTail = now.MapTail }, now);
            Assert.True(was.MapTail.Span.SequenceEqual(now.MapTail.Span));
        }
    }

    [Fact]
    public void Version_1_is_written_as_it_was() => Assert.Equal(Encoding.UTF8.GetString(Golden()), Encoding.UTF8.GetString(LaneCheckpointFormat.Write(StateSamples.Full())));

    [Fact]
    public void A_checkpoint_of_version_2_is_read_by_every_later_program() =>
        Assert.Equal(3, LaneCheckpointFormat.Read(File.ReadAllBytes(Path.Combine(StateSamples.GoldenFolder, "lane.v2.ckpt")), "file").Skips);

    [Fact]
    public void A_lane_that_has_left_something_out_is_of_version_2_which_older_programs_refuse() => Assert.Equal(
        Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(StateSamples.GoldenFolder, "lane.v2.ckpt"))),
        Encoding.UTF8.GetString(LaneCheckpointFormat.Write(StateSamples.Full() with { Skips = 3 })));

    [Fact]
    public void A_person_can_read_it()
    {
        var text = Encoding.UTF8.GetString(LaneCheckpointFormat.Write(StateSamples.Full()));
        Assert.StartsWith("kafka-restore lane 1 ", text, StringComparison.Ordinal);
        Assert.Contains("\n  \"expected_end\": 1007,\n", text, StringComparison.Ordinal);
        Assert.Contains("заказы", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_changed_bit_is_recognised()
    {
        var golden = Golden();
        for (var at = 0; at < golden.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                golden[at] ^= (byte)(1 << bit);
                Assert.Throws<StateDamage>(() => LaneCheckpointFormat.Read(golden, "file"));
                golden[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void Every_cut_is_recognised()
    {
        var golden = Golden();
        for (var length = 0; length < golden.Length; length++)
        {
            Assert.Throws<StateDamage>(() => LaneCheckpointFormat.Read(golden.AsSpan(0, length), "file"));
        }
    }

    [Fact]
    public void A_newer_version_is_refused_by_name_and_number()
    {
        var failure = Assert.Throws<RestoreException>(() => LaneCheckpointFormat.Read(TextEnvelope.Wrap("lane", 3, "whatever"u8), "/state/7.ckpt"));
        Assert.Equal(ErrorCodes.StateNewer, failure.Code);
        Assert.Equal("/state/7.ckpt", failure.Where);
        Assert.Contains("version 3", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":null,"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":null,"partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"lost","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"waiting","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":9,"expected_end":8,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":0,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":1,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[null]}""")]
    [InlineData("""{"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":0,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[{"topic":"a","partition":0,"records":-1}]}""")]
    public void A_body_that_is_no_checkpoint_is_damage(string body) =>
        Assert.Throws<StateDamage>(() => LaneCheckpointFormat.Read(TextEnvelope.Wrap("lane", 1, Encoding.UTF8.GetBytes(body)), "file"));

    [Fact]
    public void Members_that_a_later_program_has_added_are_passed_over()
    {
        const string Body = """{"later":[1],"topic":"a","partition":0,"state":"done","baseline":0,"expected_end":5,"position":{"generation":1,"source":0,"read_from":0,"next_offset":0},"tail":{"record_count":0,"bytes":""},"sources":[]}""";
        var read = LaneCheckpointFormat.Read(TextEnvelope.Wrap("lane", 1, Encoding.UTF8.GetBytes(Body)), "file");
        Assert.Equal((5L, LaneState.Done, 0), (read.ExpectedEnd, read.State, read.Tail.RecordCount));
    }

    [Fact]
    public void Its_size_does_not_depend_on_how_far_the_lane_is()
    {
        var early = StateSamples.Full() with { ExpectedEnd = 10, Baseline = 7 };
        var late = early with { ExpectedEnd = long.MaxValue, Position = new StreamPosition(2, 1, long.MaxValue, long.MaxValue) };
        Assert.InRange(LaneCheckpointFormat.Write(late).Length - LaneCheckpointFormat.Write(early).Length, 0, 100);
    }

    private static byte[] Golden() => File.ReadAllBytes(Path.Combine(StateSamples.GoldenFolder, GoldenName));
}
