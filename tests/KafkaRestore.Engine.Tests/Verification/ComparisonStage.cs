using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

/// <summary>Compares lists of records as if one were a lane's stream and the other its target partition.</summary>
internal sealed class ComparisonStage
{
    /// <summary>Target offsets do not begin at 0, and markers stand between the records.</summary>
    public const long FirstTargetOffset = 1000;

    private int _out;

    public VerificationOptions Options { get; init; } = new();

    public int ExpectedPerBlock { get; init; } = 7;

    public int FoundPerBlock { get; init; } = 5;

    /// <summary>The most blocks that were held at once, of both sides.</summary>
    public int MostHeld { get; private set; }

    /// <summary>Blocks that were not given back.</summary>
    public int Held => _out;

    public LaneVerification Status { get; } = new(new LanePlan { Target = new TargetPartition("t", 0), Sources = [] });

    public static VerificationOptions At(VerificationLevel level) => new() { Level = level };

    /// <summary>The same records as they stand in the target: with offsets of their own, a marker behind every third.</summary>
    public static List<RecordData> InTarget(IEnumerable<RecordData> records) =>
        [.. records.Select((record, index) => record with { Offset = TargetOffset(index) })];

    public static long TargetOffset(int index) => FirstTargetOffset + index + (index / 3);

    public async Task<LaneVerdict> CompareAsync(IReadOnlyList<RecordData> expected, IReadOnlyList<RecordData> found)
    {
        if (Options.Level == VerificationLevel.Counts)
        {
            return await LaneCount.RunAsync(BlocksAsync(expected, ExpectedPerBlock), 0, BlocksAsync(found, FoundPerBlock), Options.AllowNewer, Status, CancellationToken.None);
        }

        await using var comparison = new LaneComparison(BlocksAsync(expected, ExpectedPerBlock), BlocksAsync(found, FoundPerBlock), Options, Status, maps: null, CancellationToken.None);
        return await comparison.RunAsync();
    }

    private async IAsyncEnumerable<RecordBlock> BlocksAsync(IReadOnlyList<RecordData> records, int perBlock)
    {
        foreach (var chunk in records.Chunk(perBlock))
        {
            await Task.Yield();
            var held = Interlocked.Increment(ref _out);
            MostHeld = Math.Max(MostHeld, held);
            yield return TestRecords.Block(chunk, source: 2, new Lease(this));
        }
    }

    private sealed class Lease(ComparisonStage stage) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref stage._out);
    }
}
