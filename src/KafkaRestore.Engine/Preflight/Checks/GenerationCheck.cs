using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Segments that hold the same source offsets.</summary>
internal sealed class GenerationCheck : PlanCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context)
    {
        foreach (var (_, source) in context.Plan.Sources)
        {
            var (segments, first, last, uploads) = Overlaps(source);
            if (segments > 0)
            {
                var choice = context.Options.Selection.Generation;
                yield return FindingKinds.ArchiveGenerations.Warning(
                    $"{segments} segment(s) hold source offsets that others hold too, from {first} to {last}{(uploads ? ", and were uploaded at other times" : "")}; where the copies differ, " +
                    (choice == GenerationChoice.Refuse ? "the partition stops" : $"the {(choice == GenerationChoice.Oldest ? "oldest" : "newest")} one is taken"),
                    source.ToString());
            }
        }
    }

    private static (int Segments, long First, long Last, bool Uploads) Overlaps(LaneSource source)
    {
        var (count, first, last, uploads) = (0, long.MaxValue, -1L, false);
        var (reached, uploadedAt) = (-1L, 0L);
        foreach (var segment in source.Segments)
        {
            if (segment.StartOffset <= reached)
            {
                count++;
                first = Math.Min(first, segment.StartOffset);
                last = Math.Max(last, Math.Min(segment.EndOffset, reached));
                uploads |= segment.UploadedAt != uploadedAt;
            }

            if (segment.EndOffset > reached)
            {
                (reached, uploadedAt) = (segment.EndOffset, segment.UploadedAt);
            }
        }

        return (count, first, last, uploads);
    }
}
