using System.Text;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>Reads lanes' streams in tests.</summary>
internal static class Streams
{
    /// <summary>Longer than any stream of a test takes on a busy machine: what goes on beyond it hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static LaneStream Open(IArchiveStorage storage, RestorePlan plan, LanePlan lane, MemoryBudget budget, SegmentReadOptions? options = null) =>
        new(plan, lane, new SegmentReader(storage, budget, options), new MemoryBudget(8 << 20));

    /// <summary>All records of the plan's only lane.</summary>
    public static async Task<List<RecordData>> ReadAsync(TestArchive archive, RestorePlan plan, MemoryBudget? budget = null, SegmentReadOptions? options = null) =>
        await ReadAsync(Open(archive.Storage, plan, Assert.Single(plan.Lanes), budget ?? new MemoryBudget(64 << 20), options));

    /// <summary>All records of a stream; fails, with the budget's state, when it hangs.</summary>
    public static async Task<List<RecordData>> ReadAsync(LaneStream stream, Func<string>? state = null)
    {
        var records = new List<RecordData>();
        await WithPatienceAsync(ReadInto(stream, records), () => $"{records.Count} records read; {state?.Invoke()}");
        return records;
    }

    public static async Task ReadInto(LaneStream stream, List<RecordData> records, CancellationToken cancellationToken = default)
    {
        await foreach (var block in stream.ReadAsync(cancellationToken))
        {
            using (block)
            {
                foreach (var record in block)
                {
                    records.Add(RecordData.From(record));
                }
            }
        }
    }

    public static async Task WithPatienceAsync(Task task, Func<string> state)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task)
        {
            Assert.Fail($"no end after {Patience.TotalSeconds} s: {state()}");
        }

        await task;
    }

    public static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
