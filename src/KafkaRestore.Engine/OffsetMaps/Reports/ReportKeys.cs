namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>
/// The keys of mappings in a JSON report: the target, as the format has it, where one source feeds it; target and source where several do.
/// Other programs do not find the latter and say so, which is right: their form cannot tell several sources apart.
/// </summary>
internal sealed class ReportKeys
{
    private readonly HashSet<PartitionName> _merged = [];

    /// <summary>Takes all pairs of a report.</summary>
    public ReportKeys(IEnumerable<MapPair> pairs)
    {
        var sources = new Dictionary<PartitionName, MapPair>();
        foreach (var pair in pairs)
        {
            if (sources.TryAdd(pair.Target, pair) || sources[pair.Target] == pair)
            {
                continue;
            }

            if (pair.Source is null || sources[pair.Target].Source is null)
            {
                throw new ArgumentException($"several maps lead to {pair.Target}, and one does not say from where");
            }

            _merged.Add(pair.Target);
        }
    }

    /// <summary>The key of a pair.</summary>
    public string Of(MapPair pair) => _merged.Contains(pair.Target) ? pair.ToString() : pair.Target.ToString();
}
