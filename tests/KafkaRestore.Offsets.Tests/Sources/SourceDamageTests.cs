using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Sources;

/// <summary>Damaged, hostile and mistaken files: one failure that names the place.</summary>
public sealed class SourceDamageTests
{
    private const string Header = "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID\n";

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData(" \n\n", "the file is empty")]
    [InlineData("{}", "holds no group offsets")]
    [InlineData("[]", "holds no group offsets")]
    [InlineData("{\"topics\": []}", "holds no group offsets")]
    [InlineData("hello\nworld\n", "line 1 cannot be read")]
    [InlineData("Error: Executing consumer group command failed\n", ": Error: Executing")]
    public async Task What_is_no_source_says_what_can_be_given(string content, string what)
    {
        var failure = await FailureAsync(content);

        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.Contains("kmap", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"consumer_groups\": [\n{\"group\": \"a\", \"topics\"", "line 2")]
    [InlineData("{\"consumer_groups\": {}}", "consumer_groups")]
    [InlineData("{\"consumer_groups\": [{\"group\": 7}]}", "consumer_groups[0].group")]
    [InlineData("{\"consumer_groups\": [{\"topics\": {}}]}", "consumer_groups[0]")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 0}]}}]}", "consumer_groups[0].topics.t[0]")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 0, \"offset\": \"5\"}]}}]}", "consumer_groups[0].topics.t[0].offset")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 0, \"offset\": 1.5}]}}]}", "consumer_groups[0].topics.t[0].offset")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 0, \"offset\": -2}]}}]}", "consumer_groups[0].topics.t[0]")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 9999999999, \"offset\": 1}]}}]}", "consumer_groups[0].topics.t[0]")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t t\": [{\"partition\": 0, \"offset\": 1}]}}]}", "consumer_groups[0].topics.t t[0]")]
    [InlineData("{\"consumer_groups\": [{\"group\": \"a\", \"topics\": {\"t\": [{\"partition\": 0, \"offset\": 1}, {\"partition\": 0, \"offset\": 2}]}}]}", "consumer_groups[0].topics.t[1]")]
    [InlineData("{\"consumer_groups\": [], \"groups\": []}", "groups")]
    [InlineData("{\"groups\": [{\"group_id\": \"a\", \"offsets\": {\"t\": {\"x\": 1}}}]}", "groups[0].offsets.t.x")]
    [InlineData("{\"groups\": [{\"group_id\": \"a\", \"offsets\": {\"t\": {\"0\": null}}}]}", "groups[0].offsets.t.0")]
    [InlineData("{\"group_offsets\": {\"a\": {\"group_id\": \"b\"}}}", "group_offsets.a.group_id")]
    [InlineData("{\"group_offsets\": {\"a\": {\"offsets\": {\"t\": {\"0\": {}}}}}}", "group_offsets.a.offsets.t.0")]
    [InlineData("{\"consumer_groups\": []} trailing", "line 1")]
    public async Task Damaged_json_names_line_or_field(string content, string place)
    {
        Assert.EndsWith($", {place}", (await FailureAsync(content)).Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a               orders          0          12", "line 2")]
    [InlineData("a               orders          zero       12              12              0               -               -               -", "line 2")]
    [InlineData("a               orders          0          99999999999999999999 12         0               -               -               -", "line 2")]
    public async Task A_damaged_row_names_its_line(string row, string place)
    {
        Assert.EndsWith($", {place}", (await FailureAsync(Header + row + "\n")).Where, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_different_offsets_of_one_partition_are_a_contradiction()
    {
        var row = "a               orders          0          12              12              0               -               -               -\n";

        Assert.Single((await ReadAsync(Header + row + "\n" + Header + row)).Groups);
        var failure = await FailureAsync(Header + row + "\n" + Header + row.Replace(" 12 ", " 13 ", StringComparison.Ordinal));
        Assert.Contains("two offsets in orders/0: 12 and 13", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_output_of_describe_state_is_named_as_what_it_is()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => GroupSourceReader.ReadAsync(Expected.File("cluster-text", "consumer-groups-state.txt")));

        Assert.Contains("--describe --state", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_lost_its_padding_is_read_where_it_can_be_read_in_one_way()
    {
        var text = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID\nops eu west orders 1 33 120 87 - - -\n";

        Assert.Equal(["ops eu west orders/1 33"], Expected.Lines(await ReadAsync(text)));
        Assert.Contains("more than one way", (await FailureAsync(text.Replace("ops eu west orders 1", "a b 1 2 3 4", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b,orders,0,5\n\"x,\"\"y\",orders,1,6\n", "a b orders/0 5", "x,\"y orders/1 6")]
    [InlineData("group,topic,partition,offset\na,orders,0,5\n", "a orders/0 5")]
    public async Task Lines_of_group_topic_partition_offset_are_read(string text, params string[] lines) =>
        Assert.Equal(lines, Expected.Lines(await ReadAsync(text)));

    [Theory]
    [InlineData("orders,0,5\n", ", line 1")]
    [InlineData("a,orders,0,5\na,orders,1\n", ", line 2")]
    public async Task A_line_without_group_or_offset_is_named(string text, string where) =>
        Assert.EndsWith(where, (await FailureAsync(text)).Where, StringComparison.Ordinal);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public async Task A_file_with_a_byte_order_mark_is_read(string encoding)
    {
        var chosen = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. chosen.GetPreamble(), .. chosen.GetBytes(await File.ReadAllTextAsync(Expected.File("cluster-text", "consumer-groups.txt")))];

        Assert.Equal(9, (await GroupSourceReader.ReadAsync(new MemoryStream(bytes), "test")).Groups.Count);
    }

    [Fact]
    public async Task More_than_the_limits_allow_is_refused()
    {
        var limits = new SourceLimits { Groups = 2, Commits = 3, TokenBytes = 1 << 10 };

        Assert.Contains("more than 2 groups", (await FailureAsync("a,t,0,1\nb,t,0,1\nc,t,0,1\n", limits)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 3 committed offsets", (await FailureAsync("a,t,0,1\na,t,1,1\na,t,2,1\na,t,3,1\n", limits)).Message, StringComparison.Ordinal);
        Assert.Contains("longer than 1,024 characters", (await FailureAsync(new string('x', 40_000), limits)).Message, StringComparison.Ordinal);
        Assert.Contains("longer than 1,024 bytes", (await FailureAsync("{\"x\": \"" + new string('x', 200_000) + "\"}", limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_says_what_else_can_be_given()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => GroupSourceReader.ReadAsync("/nowhere/offsets.json"));

        Assert.Equal(ErrorCodes.GroupFileInvalid, failure.Code);
        Assert.Contains("kmap", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_without_group_offsets_says_what_else_can_be_given()
    {
        await using var storage = Golden.OpenStorage();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => GroupSourceReader.ReadArchiveAsync(storage, "no-such-archive"));

        Assert.Equal(ErrorCodes.GroupFileInvalid, failure.Code);
        Assert.Contains("kmap", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_are_the_answer_is_groups_or_one_failure()
    {
        string[] seeds =
        [
            File.ReadAllText(Expected.File("kmap", "modified-listed", "consumer-offsets.json")),
            File.ReadAllText(Expected.File("cluster-text", "consumer-groups.txt")),
            File.ReadAllText(Expected.File("backups", "edges", "consumer-groups-snapshot.json")),
        ];
        var damages = Gen.Choose(0, seeds.Length - 1).SelectMany(seed => Gen.Choose(0, seeds[seed].Length - 1).SelectMany(at => Gen.Choose(0, 255).SelectMany(value =>
            Gen.Elements("replace", "cut", "insert").Select(how => (seed, at, value, how)))));
        Prop.ForAll(damages.ToArbitrary(), damage =>
        {
            var bytes = Encoding.UTF8.GetBytes(seeds[damage.seed]).ToList();
            switch (damage.how)
            {
                case "replace":
                    bytes[damage.at] = (byte)damage.value;
                    break;
                case "cut":
                    bytes.RemoveRange(damage.at, bytes.Count - damage.at);
                    break;
                default:
                    bytes.Insert(damage.at, (byte)damage.value);
                    break;
            }

            try
            {
                var groups = GroupSourceReader.ReadAsync(new MemoryStream([.. bytes]), "test").GetAwaiter().GetResult();
                Assert.All(groups.Groups.SelectMany(group => group.Offsets), commit => Assert.True(commit.Offset >= 0 && commit.Partition.Partition >= 0));
            }
            catch (RestoreException failure)
            {
                Assert.Equal(ErrorCodes.GroupFileInvalid, failure.Code);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public async Task A_large_file_is_read_without_holding_it()
    {
        var text = new StringBuilder("{\"timestamp\": \"2026-01-01T00:00:00Z\", \"consumer_groups\": [");
        for (var group = 0; group < 200; group++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(group == 0 ? "" : ",")}{{\"group\": \"group-{group}\", \"topics\": {{\"orders\": [");
            text.AppendJoin(',', Enumerable.Range(0, 500).Select(partition => string.Create(CultureInfo.InvariantCulture, $"{{\"partition\": {partition}, \"offset\": {partition * group}}}")));
            text.Append("]}}");
        }

        var groups = await ReadAsync(text.Append("]}").ToString());

        Assert.Equal(100_000, groups.Groups.Sum(group => group.Offsets.Count));
        Assert.Equal(199 * 499, groups.Groups.Single(group => group.Group == "group-199").Offsets[^1].Offset);
    }

    private static Task<SourceGroups> ReadAsync(string content, SourceLimits? limits = null) =>
        GroupSourceReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), "test", limits);

    private static async Task<RestoreException> FailureAsync(string content, SourceLimits? limits = null)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(content, limits));
        Assert.Equal(ErrorCodes.GroupFileInvalid, failure.Code);
        return failure;
    }
}
