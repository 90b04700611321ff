using KafkaRestore.Engine.Lanes;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>
/// After the last acknowledgement: does every partition end where the acknowledged records say it must? Shorter means that acknowledged
/// records are gone; longer means that others have begun to write.
/// </summary>
/// <param name="WasRun">Whether the ends could be read.</param>
/// <param name="Failures">Partitions that are too short, or have lost their beginning.</param>
/// <param name="Warnings">Partitions that are longer, losses that are accepted, or why nothing could be checked.</param>
internal sealed record LogEndCheck(bool WasRun, IReadOnlyDictionary<TargetPartition, RestoreException> Failures, IReadOnlyList<string> Warnings)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static LogEndCheck NotRun { get; } = new(false, new Dictionary<TargetPartition, RestoreException>(), []);

    /// <summary>Reads the ends and compares.</summary>
    /// <param name="cluster">The target.</param>
    /// <param name="progress">What was acknowledged.</param>
    /// <param name="acceptEmptied">Whether restored records that the log has lost at its beginning are a warning and no failure (<c>accept_emptied_target</c>).</param>
    public static async Task<LogEndCheck> RunAsync(ITargetCluster cluster, RestoreProgress progress, bool acceptEmptied)
    {
        var done = progress.Lanes.Where(lane => lane is { State: LaneState.Done, WasDoneBefore: false }).ToList();
        if (done.Count == 0)
        {
            return NotRun;
        }

        IReadOnlyDictionary<TargetPartition, PartitionRange> ranges;
        try
        {
            using var deadline = new CancellationTokenSource(Deadline);
            ranges = await cluster.ReadRangesAsync([.. done.Select(lane => lane.Lane.Target)], deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RestoreException or OperationCanceledException)
        {
            return NotRun with { Warnings = [$"the ends of the target's logs could not be read after the run: {failure.Message}"] };
        }

        var failures = new Dictionary<TargetPartition, RestoreException>();
        var warnings = new List<string>();
        foreach (var lane in done)
        {
            var target = lane.Lane.Target;
            var expected = lane.TargetEnd;
            if (!ranges.TryGetValue(target, out var range))
            {
                warnings.Add($"the end of {target} could not be read after the run");
            }
            else if (range.End < expected)
            {
                failures[target] = new RestoreException(ErrorCodes.TargetRewound, $"the partition ends at offset {range.End}; records up to {expected - 1} were acknowledged", target.ToString());
            }
            else if (range.LogStart > lane.Baseline && lane.Acknowledged > 0)
            {
                var lost = $"the partition now begins at offset {range.LogStart}; restored records from {lane.Baseline} on were deleted already (retention, or DeleteRecords)";
                if (acceptEmptied)
                {
                    warnings.Add($"{target}: {lost}");
                }
                else
                {
                    failures[target] = new RestoreException(ErrorCodes.TargetRewound, lost, target.ToString(),
                        "Set retention.ms=-1 on the topic and restore it again.");
                }
            }
            else if (range.End > expected && lane.Warning is null)
            {
                warnings.Add($"{target} ends at offset {range.End}, {range.End - expected} beyond the restored records: someone else has begun to write");
            }
        }

        return new LogEndCheck(true, failures, warnings);
    }
}
