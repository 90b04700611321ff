namespace KafkaRestore.Engine.Lanes.Skipping;

/// <summary>What a lane has left out because it cannot be read or written, in all runs of its job.</summary>
/// <param name="Count">How many segments and single records.</param>
/// <param name="Records">How many records that is, as far as the manifest tells.</param>
/// <param name="First">The first of them, <see cref="MostListed"/> at most.</param>
public sealed record SkipSummary(int Count, long Records, IReadOnlyList<Skip> First)
{
    /// <summary>How many are listed.</summary>
    public const int MostListed = 20;

    /// <summary>Nothing was left out.</summary>
    public static SkipSummary None { get; } = new(0, 0, []);

    /// <summary>The sum of a list.</summary>
    internal static SkipSummary Of(IReadOnlyList<Skip> skips) => new(skips.Count, skips.Sum(skip => skip.Records), [.. skips.Take(MostListed)]);

    internal SkipSummary With(Skip skip) => new(Count + 1, Records + skip.Records, First.Count < MostListed ? [.. First, skip] : First);
}
