using System.Buffers.Binary;
using System.Security.Cryptography;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

public sealed class LaneComparisonTests
{
    private const int Count = 40;

    private static readonly VerificationLevel[] s_contents = [VerificationLevel.Hashes, VerificationLevel.Records];
    private static readonly VerificationLevel[] s_levels = [VerificationLevel.Counts, .. s_contents];

    public static TheoryData<VerificationLevel> Levels => [.. s_levels];

    public static TheoryData<VerificationLevel, DifferenceKind, int> Changes
    {
        get
        {
            var data = new TheoryData<VerificationLevel, DifferenceKind, int>();
            foreach (var level in s_levels)
            {
                foreach (var kind in new[] { DifferenceKind.Key, DifferenceKind.Value, DifferenceKind.Headers, DifferenceKind.Timestamp })
                {
                    foreach (var at in new[] { 0, Count / 2, Count - 1 })
                    {
                        data.Add(level, kind, at);
                    }
                }
            }

            return data;
        }
    }

    public static TheoryData<VerificationLevel, int, int> Places
    {
        get
        {
            var data = new TheoryData<VerificationLevel, int, int>();
            foreach (var level in s_levels)
            {
                foreach (var (at, records) in new[] { (0, 1), (0, 3), (Count / 2, 1), (Count / 2, 9), (Count - 1, 1), (Count - 4, 4), (0, Count) })
                {
                    data.Add(level, at, records);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task The_same_records_are_equal_whatever_the_blocks_and_the_markers_between_them(VerificationLevel level)
    {
        var records = TestRecords.Nasty().Concat(TestRecords.Ordinary(100, firstOffset: 500, step: 3)).ToList();
        foreach (var (expectedPerBlock, foundPerBlock) in new[] { (1, 1), (1000, 1), (1, 1000), (7, 5), (1000, 1000) })
        {
            var stage = new ComparisonStage { Options = ComparisonStage.At(level), ExpectedPerBlock = expectedPerBlock, FoundPerBlock = foundPerBlock };
            var verdict = await stage.CompareAsync(records, ComparisonStage.InTarget(records));
            Assert.Null(verdict.Difference);
            Assert.Equal(verdict.ExpectedHash, verdict.FoundHash);
            Assert.Equal(level == VerificationLevel.Hashes, verdict.ExpectedHash is not null);
            Assert.Equal((records.Count, records.Count), (stage.Status.Expected, stage.Status.Found));
            Assert.Equal(0, stage.Held);
            Assert.True(stage.MostHeld <= 2, $"{stage.MostHeld} blocks held at once");
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Nothing_equals_nothing(VerificationLevel level)
    {
        var verdict = await new ComparisonStage { Options = ComparisonStage.At(level) }.CompareAsync([], []);
        Assert.Null(verdict.Difference);
        Assert.Equal(verdict.ExpectedHash, verdict.FoundHash);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_changed_record_is_found_with_what_changed_and_both_offsets_except_by_counts(VerificationLevel level, DifferenceKind kind, int at)
    {
        var records = TestRecords.Ordinary(Count, firstOffset: 100, step: 2);
        var found = ComparisonStage.InTarget(records);
        found[at] = Change(found[at], kind);
        var stage = new ComparisonStage { Options = ComparisonStage.At(level) };

        var verdict = await stage.CompareAsync(records, found);

        Assert.Equal((Count, Count), (stage.Status.Expected, stage.Status.Found));
        Assert.Equal(0, stage.Held);
        if (level == VerificationLevel.Counts)
        {
            Assert.Null(verdict.Difference);
            return;
        }

        Assert.Equal(
            new Difference { Kind = kind, Position = at, Source = 2, SourceOffset = 100 + (2 * at), TargetOffset = ComparisonStage.TargetOffset(at) },
            verdict.Difference);
        Assert.Equal(level == VerificationLevel.Hashes, verdict.ExpectedHash != verdict.FoundHash);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Missing_records_are_found_where_the_first_one_is_missing(VerificationLevel level, int at, int missing)
    {
        var records = TestRecords.Ordinary(Count);
        var left = records.Take(at).Concat(records.Skip(at + missing)).ToList();

        var difference = (await new ComparisonStage { Options = ComparisonStage.At(level) }.CompareAsync(records, ComparisonStage.InTarget(left))).Difference;

        Assert.Equal((DifferenceKind.MissingInTarget, missing), (difference?.Kind, difference?.Records));
        if (level != VerificationLevel.Counts)
        {
            Assert.Equal((at, 2, at, at + missing == Count ? null : ComparisonStage.TargetOffset(at)), (difference!.Position, difference.Source, difference.SourceOffset, difference.TargetOffset));
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Extra_records_are_found_where_the_first_one_stands(VerificationLevel level, int at, int extra)
    {
        var records = TestRecords.Ordinary(Count - extra);
        var found = ComparisonStage.InTarget([.. records.Take(at), .. TestRecords.Ordinary(extra, firstOffset: 7_000_000), .. records.Skip(at)]);

        var difference = (await new ComparisonStage { Options = ComparisonStage.At(level) }.CompareAsync(records, found)).Difference;

        Assert.Equal((DifferenceKind.ExtraInTarget, extra), (difference?.Kind, difference?.Records));
        if (level != VerificationLevel.Counts)
        {
            Assert.Equal((at, ComparisonStage.TargetOffset(at)), (difference!.Position, difference.TargetOffset));
        }
    }

    [Fact]
    public async Task More_missing_records_than_are_looked_at_are_still_a_difference_at_the_right_place()
    {
        var records = TestRecords.Ordinary(500);
        var difference = (await new ComparisonStage().CompareAsync(records, ComparisonStage.InTarget([.. records.Take(10), .. records.Skip(300)]))).Difference;
        Assert.Equal((10, 10, ComparisonStage.TargetOffset(10)), (difference?.Position, difference?.SourceOffset, difference?.TargetOffset));
    }

    [Fact]
    public async Task A_record_written_twice_is_one_too_many()
    {
        var records = TestRecords.Ordinary(Count);
        var difference = (await new ComparisonStage().CompareAsync(records, ComparisonStage.InTarget([.. records.Take(20), records[19], .. records.Skip(20)]))).Difference;
        Assert.Equal((DifferenceKind.ExtraInTarget, 1, ComparisonStage.TargetOffset(20)), (difference?.Kind, difference?.Records, difference?.TargetOffset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(Count - 2)]
    public async Task Two_records_in_the_wrong_order_are_called_that(int at)
    {
        var records = TestRecords.Ordinary(Count);
        var found = ComparisonStage.InTarget([.. records.Take(at), records[at + 1], records[at], .. records.Skip(at + 2)]);
        var verdict = await new ComparisonStage().CompareAsync(records, found);
        Assert.Equal((DifferenceKind.Order, at, ComparisonStage.TargetOffset(at)), (verdict.Difference?.Kind, verdict.Difference?.SourceOffset, verdict.Difference?.TargetOffset));
        Assert.NotEqual(verdict.ExpectedHash, verdict.FoundHash);
    }

    [Fact]
    public async Task One_changed_record_among_equal_ones_is_changed_and_not_extra()
    {
        var records = Enumerable.Range(0, 200).Select(i => TestRecords.Record(i, value: [1])).ToList();
        var found = ComparisonStage.InTarget(records);
        found[50] = found[50] with { Value = [2] };
        var difference = (await new ComparisonStage().CompareAsync(records, found)).Difference;
        Assert.Equal((DifferenceKind.Value, 50, null), (difference?.Kind, difference?.SourceOffset, difference?.Records));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Newer_records_are_counted_and_no_difference_where_they_are_allowed(VerificationLevel level)
    {
        var records = TestRecords.Ordinary(Count);
        var found = ComparisonStage.InTarget([.. records, .. TestRecords.Ordinary(11, firstOffset: 9000)]);
        var stage = new ComparisonStage { Options = ComparisonStage.At(level) with { AllowNewer = true } };

        var verdict = await stage.CompareAsync(records, found);

        Assert.Equal((null, 11), (verdict.Difference, verdict.Newer));
        Assert.Equal(verdict.ExpectedHash, verdict.FoundHash);
        Assert.Equal((Count, Count + 11), (stage.Status.Expected, stage.Status.Found));
    }

    [Fact]
    public async Task Allowing_newer_records_allows_no_other_difference()
    {
        var records = TestRecords.Ordinary(Count);
        var found = ComparisonStage.InTarget([.. records.Take(5), .. records.Skip(6), .. TestRecords.Ordinary(3, firstOffset: 9000)]);
        var verdict = await new ComparisonStage { Options = new VerificationOptions { AllowNewer = true } }.CompareAsync(records, found);
        Assert.Equal((DifferenceKind.MissingInTarget, 5), (verdict.Difference?.Kind, verdict.Difference?.SourceOffset));
    }

    [Fact]
    public async Task Ignored_headers_count_on_neither_side_and_others_still_do()
    {
        var expected = new[] { With(("trace", "1"), ("own", "a"), ("kept", "x")), With(("kept", "y")), With(), With(("own", "b")) };
        var same = ComparisonStage.InTarget([With(("own", "a"), ("added", "2")), With(), With(("trace", "7"), ("added", "2")), With(("added", "0"), ("own", "b"))]);
        var other = ComparisonStage.InTarget([With(("own", "a")), With(), With(("trace", "7")), With(("own", "b"), ("own", "b"))]);
        var options = new VerificationOptions { IgnoredHeaders = ["trace", "kept", "added"] };

        var verdict = await new ComparisonStage { Options = options }.CompareAsync(expected, same);
        Assert.Null(verdict.Difference);
        Assert.Equal(verdict.ExpectedHash, verdict.FoundHash);

        verdict = await new ComparisonStage { Options = options }.CompareAsync(expected, other);
        Assert.Equal((DifferenceKind.Headers, 3), (verdict.Difference?.Kind, verdict.Difference?.Position));
        Assert.NotEqual(verdict.ExpectedHash, verdict.FoundHash);
    }

    [Fact]
    public async Task Ignored_timestamps_count_on_neither_side_and_the_rest_still_does()
    {
        var records = TestRecords.Ordinary(Count);
        var found = ComparisonStage.InTarget(records.Select(record => record with { Timestamp = record.Timestamp + 99 }));
        var options = new VerificationOptions { IgnoreTimestamps = true };

        var verdict = await new ComparisonStage { Options = options }.CompareAsync(records, found);
        Assert.Null(verdict.Difference);
        Assert.Equal(verdict.ExpectedHash, verdict.FoundHash);

        found[9] = found[9] with { Key = null };
        Assert.Equal((DifferenceKind.Key, 9), ((await new ComparisonStage { Options = options }.CompareAsync(records, found)).Difference is { } difference ? (difference.Kind, difference.Position) : default));
    }

    [Fact]
    public async Task Null_and_empty_are_not_the_same()
    {
        foreach (var (a, b) in new[] { (TestRecords.Record(0, value: []), TestRecords.Record(0)), (TestRecords.Record(0, headers: TestRecords.Header("h", null)), TestRecords.Record(0, headers: TestRecords.Header("h", []))) })
        {
            var verdict = await new ComparisonStage().CompareAsync([a], [b]);
            Assert.NotNull(verdict.Difference);
            Assert.NotEqual(verdict.ExpectedHash, verdict.FoundHash);
        }
    }

    [Fact]
    public async Task The_hash_is_that_of_the_documented_bytes()
    {
        var record = TestRecords.Record(77, 5, null, [9, 8], TestRecords.Header("h", null));
        byte[] documented = [5, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 9, 8, 1, 0, 1, 0, (byte)'h', 0xff, 0xff, 0xff, 0xff];
        var verdict = await new ComparisonStage().CompareAsync([record], [record]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(documented)), verdict.ExpectedHash);
    }

    [Fact]
    public void However_a_null_is_written_the_hash_is_the_same()
    {
        using var usual = TestRecords.Block([TestRecords.Record(1)]);
        using var odd = TestRecords.Block([TestRecords.Record(1)]);
        BinaryPrimitives.WriteInt32LittleEndian(odd.Memory[20..], -7);
        using var hash = new ContentHash(ContentRules.All);
        hash.Append(RecordView.At(usual.Bytes));
        var first = hash.Take();
        hash.Append(RecordView.At(odd.Bytes));
        Assert.Equal(first, hash.Take());
    }

    [Fact]
    public void A_value_larger_than_what_is_gathered_goes_in_whole()
    {
        var record = TestRecords.Record(0, 0, [], TestRecords.Bytes(200_000, 1));
        using var block = TestRecords.Block([record]);
        using var hash = new ContentHash(ContentRules.All);
        hash.Append(RecordView.At(block.Bytes));
        byte[] documented = [.. new byte[8], 0, 0, 0, 0, .. BitConverter.GetBytes(200_000), .. record.Value!, 0, 0];
        Assert.Equal(SHA256.HashData(documented), hash.Take());
    }

    private static RecordData With(params (string Key, string Value)[] headers) =>
        TestRecords.Record(0, value: [1], headers: [.. headers.Select(header => TestRecords.Header(header.Key, System.Text.Encoding.UTF8.GetBytes(header.Value)))]);

    private static RecordData Change(RecordData record, DifferenceKind kind) => kind switch
    {
        DifferenceKind.Key => record with { Key = [1, 2, 3] },
        DifferenceKind.Value => record with { Value = [.. record.Value![..^1], (byte)(record.Value[^1] ^ 1)] },
        DifferenceKind.Headers => record with { Headers = [record.Headers[1], record.Headers[0]] },
        _ => record with { Timestamp = record.Timestamp + 1 },
    };
}
