using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Engine.Planning;

/// <summary>The hash of a plan's meaning: lines of a fixed form, in a fixed order, through SHA-256.</summary>
internal static class PlanHash
{
    public static string Of(string backupId, StreamRules rules, IEnumerable<TopicPlan> topics, IEnumerable<LanePlan> lanes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"plan 1 {backupId}");
        Add(hash, $"rules {rules.WindowStart} {rules.WindowEnd} {rules.Generation} {rules.DropControlRecords} {rules.Headers.Strip} {rules.Headers.Add} {(rules.Headers.Add ? rules.Headers.Encoding : default)}");
        if (rules.WindowSlack is { } slack)
        {
            Add(hash, $"slack {(long)slack.TotalMilliseconds}");
        }

        foreach (var topic in topics)
        {
            Add(hash, $"topic {topic.Name} {topic.PartitionsToCreate}");
        }

        foreach (var lane in lanes.OrderBy(lane => lane.Target.Topic, StringComparer.Ordinal).ThenBy(lane => lane.Target.Partition))
        {
            Add(hash, $"lane {lane.Target.Topic} {lane.Target.Partition}");
            if (lane.Repartitioning is { } spread)
            {
                Add(hash, $"spread {spread.Strategy} {spread.TargetPartitions}");
                if (!lane.OwnsSources)
                {
                    continue; // the same sources as partition 0
                }
            }

            foreach (var source in lane.Sources)
            {
                Add(hash, $"source {source.Topic} {source.Partition}");
                AddSegments("segment", source.Segments);
                AddSegments("left-out", source.LeftOut);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void AddSegments(string word, IEnumerable<SegmentEntry> segments)
        {
            foreach (var segment in segments)
            {
                Add(hash, $"{word} {segment.StartOffset} {segment.EndOffset} {segment.RecordCount} {segment.Sha256} {segment.OddKey} {segment.KeyEnding} {segment.UploadedAt}");
            }
        }
    }

    private static void Add(IncrementalHash hash, FormattableString line) =>
        hash.AppendData(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture) + "\n"));
}
