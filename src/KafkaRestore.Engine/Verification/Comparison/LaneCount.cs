using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>Compares how many records a lane's stream and its target partition have, and nothing else of them.</summary>
internal static class LaneCount
{
    /// <summary>Counts both.</summary>
    /// <param name="expected">The lane's stream; null where its count is known.</param>
    /// <param name="known">The count where it is known.</param>
    /// <param name="found">The records of its target partition.</param>
    /// <param name="allowNewer">Whether more in the target is no difference.</param>
    /// <param name="status">Is told of every record read.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="Records.Errors.RestoreException">One of the sides cannot be read.</exception>
    public static async Task<LaneVerdict> RunAsync(
        IAsyncEnumerable<RecordBlock>? expected, long known, IAsyncEnumerable<RecordBlock> found, bool allowNewer, LaneVerification status, CancellationToken cancellationToken)
    {
        await foreach (var block in found.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                status.AddFound(block.Count, block.Length);
            }
        }

        if (expected is null)
        {
            status.AddExpected(known);
        }
        else
        {
            await foreach (var block in expected.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    status.AddExpected(block.Count);
                }
            }
        }

        var more = status.Found - status.Expected;
        return more switch
        {
            > 0 when allowNewer => new LaneVerdict(null, Newer: more),
            > 0 => new LaneVerdict(new Difference { Kind = DifferenceKind.ExtraInTarget, Position = null, Records = more }),
            < 0 => new LaneVerdict(new Difference { Kind = DifferenceKind.MissingInTarget, Position = null, Records = -more }),
            _ => new LaneVerdict(null),
        };
    }
}
