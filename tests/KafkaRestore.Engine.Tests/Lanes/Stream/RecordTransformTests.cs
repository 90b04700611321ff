using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

public sealed class RecordTransformTests
{
    private static readonly HeaderData s_own = TestRecords.Header("own", [1]);
    private static readonly HeaderOptions s_strip = new() { Strip = true };
    private static readonly HeaderOptions s_add = new() { Add = true };

    [Fact]
    public void Without_rules_nothing_is_touched()
    {
        var records = TestRecords.Nasty();
        RecordComparison.AssertEqual(records, Apply(new StreamRules(), records).Records, "untouched");
    }

    [Fact]
    public void Strip_takes_only_what_the_backup_added()
    {
        var own = TestRecords.Record(5, 9, [1], [2], s_own, Tracking.Offset(700), Tracking.Timestamp(8), Tracking.Cluster("older"));
        var archived = own with { Headers = [.. own.Headers, .. Tracking.Of(5, 9, "prod")] };
        RecordComparison.AssertEqual([own, own], Apply(new StreamRules { Headers = s_strip }, [archived, own]).Records, "stripped");
    }

    [Fact]
    public void Decimal_headers_are_added_at_the_end_byte_for_byte()
    {
        var record = TestRecords.Record(1_234_567_890_123, -1, null, null, s_own);
        var added = Assert.Single(Apply(new StreamRules { Headers = s_add }, [record], partition: 17).Records);
        Assert.Equal(["own", "x-original-offset", "x-original-timestamp", "x-source-partition"], added.Headers.Select(header => Encoding.UTF8.GetString(header.Key)));
        Assert.Equal(["1234567890123", "-1", "17"], added.Headers.Skip(1).Select(header => Streams.Text(header.Value)));
    }

    [Fact]
    public void Binary_headers_are_little_endian_and_the_partition_has_four_bytes()
    {
        var record = TestRecords.Record(0x0102030405060708, -2, null, null);
        var added = Assert.Single(Apply(new StreamRules { Headers = new HeaderOptions { Add = true, Encoding = HeaderEncoding.Binary } }, [record], partition: 0x0A0B0C0D).Records);
        Assert.Equal(["0807060504030201", "FEFFFFFFFFFFFFFF", "0D0C0B0A"], added.Headers.Select(header => Convert.ToHexString(header.Value!)));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(long.MaxValue, long.MinValue, int.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue, int.MaxValue)]
    public void The_longest_numbers_fit_into_the_room(long offset, long timestamp, int partition)
    {
        var added = Assert.Single(Apply(new StreamRules { Headers = s_add }, [TestRecords.Record(offset, timestamp)], partition).Records);
        Assert.Equal([$"{offset}", $"{timestamp}", $"{partition}"], added.Headers.Select(header => Streams.Text(header.Value)));
    }

    [Fact]
    public void Strip_and_add_replaces_the_backups_headers()
    {
        var archived = TestRecords.Record(5, 9, null, null, [s_own, .. Tracking.Of(5, 9, "prod")]);
        var added = Assert.Single(Apply(new StreamRules { Headers = s_add with { Strip = true } }, [archived], 3).Records);
        Assert.Equal(["own", "x-original-offset", "x-original-timestamp", "x-source-partition"], added.Headers.Select(header => Encoding.UTF8.GetString(header.Key)));
        Assert.Equal("5", Streams.Text(added.Headers[1].Value));
    }

    [Fact]
    public void A_record_without_room_for_headers_is_refused_by_offset()
    {
        var full = TestRecords.Record(42, 9, null, null, [.. Enumerable.Repeat(TestRecords.Header("", null), 65_535)]);
        var failure = Assert.Throws<RestoreException>(() => Apply(new StreamRules { Headers = s_add }, [full]));
        Assert.Equal(ErrorCodes.RecordNotRepresentable, failure.Code);
        Assert.Contains("offset 42", failure.Message, StringComparison.Ordinal);
        Assert.Equal("t/0", failure.Where);
    }

    [Fact]
    public void Stripping_makes_room_for_added_headers()
    {
        var full = TestRecords.Record(42, 9, null, null, [.. Enumerable.Repeat(TestRecords.Header("", null), 65_532), .. Tracking.Of(42, 9, "c")]);
        Assert.Equal(65_535, Assert.Single(Apply(new StreamRules { Headers = s_add with { Strip = true } }, [full]).Records).Headers.Count);
    }

    [Theory]
    [InlineData(10L, 20L, "1,2,4,5")]
    [InlineData(10L, null, "1,2,3,4,5")]
    [InlineData(null, 10L, "0,1,5")]
    [InlineData(20L, 10L, "")]
    [InlineData(null, null, "0,1,2,3,4,5")]
    [InlineData(-1L, -1L, "")]
    public void The_window_is_inclusive_and_decided_record_by_record(long? start, long? end, string expected)
    {
        long[] times = [9, 10, 20, 21, 15, 10];
        var (records, counters) = Apply(new StreamRules { WindowStart = start, WindowEnd = end }, [.. times.Select((time, offset) => TestRecords.Record(offset, time))]);
        Assert.Equal(expected, string.Join(',', records.Select(record => record.Offset)));
        Assert.Equal(6 - records.Count, counters.SkippedByWindowCount);
    }

    public static TheoryData<string, bool> Markers => new()
    {
        { "abort", true }, { "commit", true }, { "tracked", true },
        { "key of 5", false }, { "type 2", false }, { "key little-endian", false }, { "null key", false }, { "null value", false }, { "value of 5", false }, { "value of 7", false },
        { "version 1", false }, { "negative epoch", false }, { "own header", false }, { "own header and tracking", false },
    };

    [Theory]
    [MemberData(nameof(Markers))]
    public void Only_a_markers_exact_form_is_left_out(string form, bool isMarker)
    {
        var marker = TestRecords.Record(5, 9, [0, 0, 0, 1], [0, 0, 0, 0, 0, 7]);
        var record = form switch
        {
            "abort" => marker with { Key = [0, 0, 0, 0] },
            "commit" => marker,
            "tracked" => marker with { Headers = [.. Tracking.Of(5, 9, "prod")] },
            "key of 5" => marker with { Key = [0, 0, 0, 1, 0] },
            "type 2" => marker with { Key = [0, 0, 0, 2] },
            "key little-endian" => marker with { Key = [1, 0, 0, 0] },
            "null key" => marker with { Key = null },
            "null value" => marker with { Value = null },
            "value of 5" => marker with { Value = [0, 0, 0, 0, 7] },
            "value of 7" => marker with { Value = [0, 0, 0, 0, 0, 0, 7] },
            "version 1" => marker with { Value = [0, 1, 0, 0, 0, 7] },
            "negative epoch" => marker with { Value = [0, 0, 0xFF, 0xFF, 0xFF, 0xFF] },
            "own header" => marker with { Headers = [s_own] },
            _ => marker with { Headers = [s_own, .. Tracking.Of(5, 9)] },
        };
        var (records, counters) = Apply(new StreamRules { DropControlRecords = true }, [record]);
        Assert.Equal(isMarker, records.Count == 0);
        Assert.Equal(isMarker ? 1 : 0, counters.ControlCount);
        Assert.Equal(isMarker ? [5L] : [], counters.ControlExamples);
    }

    [Fact]
    public void Only_the_first_examples_of_markers_are_kept()
    {
        var (_, counters) = Apply(new StreamRules { DropControlRecords = true }, [.. Enumerable.Range(0, 50).Select(offset => TestRecords.Record(offset, 9, [0, 0, 0, 1], [0, 0, 0, 0, 0, 7]))]);
        Assert.Equal(50, counters.ControlCount);
        Assert.Equal(Enumerable.Range(0, 20).Select(offset => (long)offset), counters.ControlExamples);
    }

    [Fact]
    public void A_block_is_edited_as_its_records_one_by_one_are()
    {
        var header = Gen.OneOf(
            Gen.Elements(s_own, TestRecords.Header("", null), TestRecords.Header("own", []), Tracking.Cluster("c"), Tracking.Offset(1), Tracking.Timestamp(1)),
            from length in Gen.Choose(0, 200) from seed in Gen.Choose(0, 9) select TestRecords.Header("bytes", TestRecords.Bytes(length, seed)));
        var record =
            from time in Gen.Choose(0, 10)
            from key in Bytes()
            from value in Gen.OneOf(Bytes(), Gen.Constant<byte[]?>([0, 0, 0, 0, 0, 7]))
            from own in header.ArrayOf()
            from kind in Gen.Choose(0, 3)
            select (Time: (long)time, Key: kind == 3 ? [0, 0, 0, 1] : key, Value: value, Own: kind == 3 ? [] : own, Kind: kind);
        var rules =
            from strip in Gen.Elements(true, false)
            from add in Gen.Elements(true, false)
            from encoding in Gen.Elements(HeaderEncoding.Decimal, HeaderEncoding.Binary)
            from drop in Gen.Elements(true, false)
            from start in Gen.Elements<long?>(null, 2, 5)
            from end in Gen.Elements<long?>(null, 5, 8)
            select new StreamRules { DropControlRecords = drop, WindowStart = start, WindowEnd = end, Headers = new HeaderOptions { Strip = strip, Add = add, Encoding = encoding } };
        var cases = from some in record.ArrayOf() from rule in rules select (some, rule);

        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            var records = drawn.some.Select((part, offset) => TestRecords.Record(offset, part.Time, part.Key, part.Value,
                part.Kind == 0 ? part.Own : [.. part.Own, .. Tracking.Of(offset, part.Time, part.Kind == 2 ? "prod" : null)])).ToList();
            RecordComparison.AssertEqual([.. records.SelectMany(each => Reference(each, drawn.rule, 6))], Apply(drawn.rule, records, 6).Records, $"{drawn.rule}");
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<byte[]?> Bytes() =>
        from length in Gen.Choose(-1, 60) from seed in Gen.Choose(0, 99) select length < 0 ? null : TestRecords.Bytes(length, seed);

    /// <summary>The rules in plain words over plain objects.</summary>
    private static IEnumerable<RecordData> Reference(RecordData record, StreamRules rules, int partition)
    {
        var backups = BackupsHeaders(record);
        var isMarker = record.Key is [0, 0, 0, 0 or 1] && record.Value is [0, 0, < 0x80, _, _, _] && record.Headers.Count == backups.Count;
        if ((rules.DropControlRecords && isMarker) || record.Timestamp < rules.WindowStart || record.Timestamp > rules.WindowEnd)
        {
            yield break;
        }

        var headers = record.Headers.Where((_, index) => !rules.Headers.Strip || !backups.Contains(index)).ToList();
        if (rules.Headers.Add)
        {
            var isDecimal = rules.Headers.Encoding == HeaderEncoding.Decimal;
            headers.Add(TestRecords.Header("x-original-offset", isDecimal ? Encoding.ASCII.GetBytes($"{record.Offset}") : BitConverter.GetBytes(record.Offset)));
            headers.Add(TestRecords.Header("x-original-timestamp", isDecimal ? Encoding.ASCII.GetBytes($"{record.Timestamp}") : BitConverter.GetBytes(record.Timestamp)));
            headers.Add(TestRecords.Header("x-source-partition", isDecimal ? Encoding.ASCII.GetBytes($"{partition}") : BitConverter.GetBytes(partition)));
        }

        yield return record with { Headers = headers };
    }

    private static HashSet<int> BackupsHeaders(RecordData record)
    {
        var names = record.Headers.Select(header => Encoding.UTF8.GetString(header.Key)).ToList();
        var offset = names.LastIndexOf("x-original-offset");
        if (offset < 0 || record.Headers[offset].Value is not { Length: 8 } value || BitConverter.ToInt64(value) != record.Offset)
        {
            return [];
        }

        var timestamp = names.LastIndexOf("x-original-timestamp");
        if (timestamp < 0 || record.Headers[timestamp].Value is not { Length: 8 } time || BitConverter.ToInt64(time) != record.Timestamp)
        {
            return [];
        }

        return names[^1] == "x-source-cluster" ? [offset, timestamp, names.Count - 1] : [offset, timestamp];
    }

    private static (List<RecordData> Records, SourceCounters Counters) Apply(StreamRules rules, IReadOnlyList<RecordData> records, int partition = 0)
    {
        var counters = new SourceCounters();
        var transform = new RecordTransform(rules, new LaneSource { Topic = "t", Partition = partition, Segments = [], Completeness = PartitionCompleteness.Of(new ManifestPartition { PartitionId = partition, Segments = [] }) }, counters);
        using var block = TestRecords.Block([.. records]);
        using var room = transform.NeedsRoom ? new RecordBlock(BufferPool.Shared.Rent((int)RecordTransform.RoomFor(block))) : null;
        var target = room ?? block;
        var kept = transform.Apply(block, target);
        var result = new List<RecordData>();
        if (kept > 0)
        {
            foreach (var record in target)
            {
                result.Add(RecordData.From(record));
            }
        }

        Assert.Equal(kept, result.Count);
        return (result, counters);
    }
}
