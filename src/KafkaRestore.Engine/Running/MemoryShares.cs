using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>
/// How the byte budget is divided: a fixed share for each running lane's sink queue (and for headers to be added), the rest for reading,
/// where lanes take from one pool.
/// </summary>
/// <param name="SinkQueueBytes">Of each lane's sink.</param>
/// <param name="HeaderRoomBytes">Of each lane, for blocks that grow; 0 when no headers are added.</param>
/// <param name="ReadingBytes">Of all lanes together, for segments.</param>
/// <param name="WholeInMemoryBytes">The largest stored segment that is held in memory whole.</param>
internal sealed record MemoryShares(long SinkQueueBytes, long HeaderRoomBytes, long ReadingBytes, long WholeInMemoryBytes)
{
    private const long Mebibyte = 1 << 20;
    private const long LeastReading = 8 * Mebibyte;
    private const long SmallRereadSegment = 2 * Mebibyte;

    /// <exception cref="RestoreException">CONFIG_INVALID: the budget is too small for so many lanes.</exception>
    public static MemoryShares Of(ExecutionOptions execution, RestorePlan plan, StorageProperties storage)
    {
        var lanes = Math.Max(1, Math.Min(execution.MaxConcurrentLanes, plan.Lanes.Count));
        var total = execution.MemoryBudgetBytes;
        var (sink, room, reading) = Divide(total, lanes, plan.Rules.Headers.Add);
        if (reading < LeastReading)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid,
                $"a memory budget of {total / Mebibyte} MiB is too small for {lanes} lanes at once; {LeastMebibytes(total, lanes, plan.Rules.Headers.Add)} MiB would do",
                "restore.memory_budget");
        }

        // Where a second read costs little, large segments are better read twice than held.
        return new MemoryShares(sink, room, reading, storage.RereadsAreCheap ? SmallRereadSegment : Math.Max(Mebibyte, reading / (lanes * 2L)));
    }

    private static (long Sink, long Room, long Reading) Divide(long total, int lanes, bool headersAreAdded)
    {
        var block = (long)new SegmentReadOptions().BlockBytes;
        var sink = Math.Clamp(total / (lanes * 4L), Mebibyte / 2, 32 * Mebibyte);
        var room = headersAreAdded ? Math.Clamp(total / (lanes * 8L), block, 8 * block) : 0;
        return (sink, room, total - (lanes * (sink + room)));
    }

    // The shares grow with the budget, so what is missing now is not all that would be missing then.
    private static long LeastMebibytes(long total, int lanes, bool headersAreAdded)
    {
        var mebibytes = Math.Max(0, total / Mebibyte) + 1;
        while (Divide(mebibytes * Mebibyte, lanes, headersAreAdded).Reading < LeastReading)
        {
            mebibytes++;
        }

        return mebibytes;
    }
}
