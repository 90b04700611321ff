using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Spreading;
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
/// <param name="LanesTogether">How many lanes of a repartitioned topic run together; 1 where there is none.</param>
internal sealed record MemoryShares(long SinkQueueBytes, long HeaderRoomBytes, long ReadingBytes, long WholeInMemoryBytes, int LanesTogether = 1)
{
    // More read the archive less often, and have more sinks open at once.
    private const int MostTogether = 32;

    private const long Mebibyte = 1 << 20;
    private const long LeastReading = 8 * Mebibyte;
    private const long SmallRereadSegment = 2 * Mebibyte;

    /// <exception cref="RestoreException">CONFIG_INVALID: the budget is too small for so many lanes.</exception>
    public static MemoryShares Of(ExecutionOptions execution, RestorePlan plan, StorageProperties storage)
    {
        var spread = plan.Lanes.Where(lane => lane.Repartitioning is not null).GroupBy(lane => lane.Target.Topic).Select(topic => topic.Count()).DefaultIfEmpty(0).Max();
        var plain = plan.Lanes.Count(lane => lane.Repartitioning is null);
        var total = execution.MemoryBudgetBytes;
        var together = Math.Min(spread, MostTogether);
        var division = Divide(total, LanesWith(together), together, plan.Rules.Headers.Add);
        while (division.Reading < LeastReading && together > 1)
        {
            together /= 2;
            division = Divide(total, LanesWith(together), together, plan.Rules.Headers.Add);
        }

        var lanes = LanesWith(together);
        if (division.Reading < LeastReading)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid,
                $"a memory budget of {total / Mebibyte} MiB is too small for {lanes} lanes at once; {LeastMebibytes(total, lanes, together, plan.Rules.Headers.Add)} MiB would do",
                "restore.memory_budget");
        }

        // Where a second read costs little, large segments are better read twice than held.
        var (sink, room, reading) = division;
        var readers = lanes - Math.Max(0, together - 1);
        return new MemoryShares(sink, room, reading, storage.RereadsAreCheap ? SmallRereadSegment : Math.Max(Mebibyte, reading / (readers * 2L)), Math.Max(1, together))
        {
            BudgetBytes = total,
            PlainLanes = plain,
            GroupLanes = together,
        };

        int LanesWith(int group) => LanesIn(execution.MaxConcurrentLanes, plain, group);
    }

    /// <summary>The whole budget.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Lanes of the plan that run by themselves.</summary>
    public required int PlainLanes { get; init; }

    /// <summary>Lanes of a repartitioned topic that run together; 0 where there is none.</summary>
    public required int GroupLanes { get; init; }

    /// <summary>The most places at once for which reading keeps its least share, the shares of lanes being what they are; never below the number at the start.</summary>
    public int MostPlaces
    {
        get
        {
            // The segments that are held whole keep fitting into the share.
            var least = Math.Min(ReadingBytes, WholeInMemoryBytes + LeastReading);
            var plain = ((BudgetBytes - least - (GroupLanes * LaneShare.RoomBytes)) / (SinkQueueBytes + HeaderRoomBytes)) - GroupLanes;
            return plain >= PlainLanes ? int.MaxValue : (int)plain + (GroupLanes > 0 ? 1 : 0);
        }
    }

    /// <summary>What is left for reading when lanes have so many places.</summary>
    public long ReadingBytesWith(int places) =>
        BudgetBytes - (LanesIn(places, PlainLanes, GroupLanes) * (SinkQueueBytes + HeaderRoomBytes)) - (GroupLanes * LaneShare.RoomBytes);

    // A group of lanes takes one place.
    private static int LanesIn(int places, int plain, int group) => Math.Max(1, Math.Min(places - (group > 0 ? 1 : 0), plain) + group);

    private static (long Sink, long Room, long Reading) Divide(long total, int lanes, int together, bool headersAreAdded)
    {
        var block = (long)new SegmentReadOptions().BlockBytes;
        var sink = Math.Clamp(total / (lanes * 4L), Mebibyte / 2, 32 * Mebibyte);
        var room = headersAreAdded ? Math.Clamp(total / (lanes * 8L), block, 8 * block) : 0;
        return (sink, room, total - (lanes * (sink + room)) - (together * LaneShare.RoomBytes));
    }

    // The shares grow with the budget, so what is missing now is not all that would be missing then.
    private static long LeastMebibytes(long total, int lanes, int together, bool headersAreAdded)
    {
        var mebibytes = Math.Max(0, total / Mebibyte) + 1;
        while (Divide(mebibytes * Mebibyte, lanes, together, headersAreAdded).Reading < LeastReading)
        {
            mebibytes++;
        }

        return mebibytes;
    }
}
