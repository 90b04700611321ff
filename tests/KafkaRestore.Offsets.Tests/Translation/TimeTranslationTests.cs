using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;
using static KafkaRestore.Offsets.Tests.Support.Maps;

namespace KafkaRestore.Offsets.Tests.Translation;

public sealed class TimeTranslationTests
{
    private static readonly TargetPartition s_target = new("orders", 0);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(14, 4)]
    [InlineData(15, 5)]
    [InlineData(19, 5)]
    [InlineData(39, 29)]
    public async Task A_group_goes_on_at_the_first_record_of_the_time_of_its_first_unread_one(long committed, long expected)
    {
        // Source offsets 10 to 39 without gaps; 15 to 19 share a time.
        var found = await TranslateAsync(offset => offset is >= 15 and <= 19 ? 1_015 : 1_000 + offset, new SelectionOptions(), committed);
        Assert.Equal((expected, TranslationLabel.Approximate), (found.Offset!.Value, found.Label));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(long.MaxValue)]
    public async Task A_group_that_has_read_everything_goes_on_at_what_came_since(long committed)
    {
        var found = await TranslateAsync(static offset => 1_000 + offset, new SelectionOptions(), committed);
        Assert.Equal(30, found.Offset);
    }

    [Fact]
    public async Task What_the_window_leaves_out_is_no_record_to_go_by()
    {
        var found = await TranslateAsync(static offset => 1_000 + offset, new SelectionOptions { TimeWindowStart = 1_030 }, 12);
        Assert.Equal(0, found.Offset);
    }

    [Fact]
    public async Task Whatever_the_order_of_times_no_unread_record_is_passed()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var times = Enumerable.Range(0, 40).ToDictionary(static offset => (long)offset, _ => random.NextInt64(1_000, 1_040));
            for (var committed = 10; committed < 40; committed++)
            {
                var found = await TranslateAsync(offset => times[offset], new SelectionOptions(), committed);
                Assert.True(found.Offset <= committed - 10, $"seed {seed}, commit {committed}: {found.Offset}");
            }
        }
    }

    /// <summary>An archive of source offsets 10 to 39 in three segments, restored whole but for what the window leaves out.</summary>
    private static async Task<TranslatedOffset> TranslateAsync(Func<long, long> timeOf, SelectionOptions selection, long committed)
    {
        var storage = new InMemoryStorage();
        var archive = new ArchiveBuilder();
        for (var first = 10L; first < 40; first += 10)
        {
            archive.Segment("orders", 0, SegmentCompression.Zstd, Enumerable.Range((int)first, 10).Select(offset => new RecordData(offset, timeOf(offset), null, [1], [])));
        }

        var manifest = await archive.WriteAsync(storage);
        var plan = PlanBuilder.Build(manifest, new RestoreOptions
        {
            BackupId = archive.BackupId,
            Storage = new FileSystemStorageOptions { Path = "/" },
            Target = new KafkaConnectionOptions { BootstrapServers = ["a:1"] },
            Selection = selection,
        });
        var target = new InMemoryGroups();
        var restored = Enumerable.Range(10, 30).Select(offset => timeOf(offset)).Where(time => !plan.Rules.IsOutside(time)).ToList();
        target.Ranges[s_target] = new PartitionRange(0, restored.Count);
        target.Times[s_target] = new SortedDictionary<long, long>(restored.Select(static (time, offset) => (time, offset)).ToDictionary(static pair => (long)pair.offset, static pair => pair.time));
        var translated = await new TimeTranslation(plan, new RecordTimes(plan, storage, new MemoryBudget(64 << 20)), target).TranslateAsync([Group("g", ("orders/0", committed))], default);
        return Assert.Single(Assert.Single(translated).Offsets);
    }
}
