using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What old writers did to records: markers archived as data, tracking headers in a chain, null headers lost. Seen in a few segments, never in all.</summary>
internal sealed class ArchiveTrapCheck : IPreflightCheck
{
    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        if (await context.SampleAsync(cancellationToken).ConfigureAwait(false) is not { } sample)
        {
            return [];
        }

        return
        [
            .. Damaged(sample),
            .. Markers(context, sample),
            .. Of(sample, FindingKinds.ChainedHeaders, static source => source.Chained, "carry x-original-offset more than once"),
            .. Of(sample, FindingKinds.EmptyHeaders, static source => source.EmptyHeaders, "have a header with an empty value, which was perhaps null"),
            .. Unseen(sample),
        ];
    }

    private static IEnumerable<Finding> Unseen(ArchiveSample sample)
    {
        if (sample.SegmentsSeen < sample.Segments)
        {
            yield return FindingKinds.NotChecked.Info($"{sample.SegmentsSeen} of {sample.Segments} segment(s) were looked into, the first and last of partitions: what the others hold was not checked (the command validate --deep reads them)");
        }
    }

    // The lane would stop there, perhaps after hours.
    private static IEnumerable<Finding> Damaged(ArchiveSample sample) => sample.Damaged.Select(static segment => segment.IsLeftOut
        ? FindingKinds.SegmentDamaged.Warning(segment.Failure.Message, segment.Failure.Where, "It is left out (on_damaged_segment: skip); bring back a good copy to have its records.")
        : FindingKinds.SegmentDamaged.Error(segment.Failure.Message, segment.Failure.Where, segment.Failure.Hint, segment.Failure.Code));

    private static IEnumerable<Finding> Markers(PreflightContext context, ArchiveSample sample)
    {
        var marked = sample.Sources.Where(static source => source.Markers > 0).ToList();
        var where = Amounts.Some([.. marked.Select(static source => source.Name)]);
        var markers = marked.Sum(static source => source.Markers);
        if (context.Plan.Rules.DropControlRecords)
        {
            yield return markers > 0
                ? FindingKinds.ControlRecords.Warning($"{markers} record(s) with the exact form of a transaction marker were seen; they are left out. Records of aborted transactions, if there are any, are restored", where, "Check consumers of transactional topics after the restore.")
                : FindingKinds.ControlRecords.Info("the archive does not say that it was read committed: transaction markers and aborted records may stand in it as ordinary records; what has a marker's exact form is left out");
        }
        else if (markers > 0)
        {
            yield return FindingKinds.ControlRecords.Warning($"{markers} record(s) with the exact form of a transaction marker were seen; they are restored as records", where);
        }
    }

    private static IEnumerable<Finding> Of(ArchiveSample sample, FindingKind kind, Func<SampledSource, long> count, string what)
    {
        var seen = sample.Sources.Where(source => count(source) > 0).ToList();
        if (seen.Count > 0)
        {
            yield return kind.Warning($"{seen.Sum(count)} record(s) of those looked at {what}", Amounts.Some([.. seen.Select(static source => source.Name)]));
        }
    }
}
