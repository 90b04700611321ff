using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Engine.Planning;

/// <summary>The hash of a plan's meaning: lines of a fixed form, in a fixed order, through SHA-256.</summary>
internal static class PlanHash
{
    public static string Of(string backupId, StreamRules rules, IEnumerable<TopicPlan> topics, IEnumerable<LanePlan> lanes)
    {
        using var hash = new Lines();
        hash.Add($"plan 1 {backupId}");
        hash.Add($"rules {rules.WindowStart} {rules.WindowEnd} {rules.Generation} {rules.DropControlRecords} {rules.Headers.Strip} {rules.Headers.Add} {(rules.Headers.Add ? rules.Headers.Encoding : default)}");
        if (rules.WindowSlack is { } slack)
        {
            hash.Add($"slack {(long)slack.TotalMilliseconds}");
        }

        foreach (var topic in topics)
        {
            hash.Add($"topic {topic.Name} {topic.PartitionsToCreate}");
        }

        foreach (var lane in lanes.OrderBy(lane => lane.Target.Topic, StringComparer.Ordinal).ThenBy(lane => lane.Target.Partition))
        {
            hash.Add($"lane {lane.Target.Topic} {lane.Target.Partition}");
            if (lane.Repartitioning is { } spread)
            {
                hash.Add($"spread {spread.Strategy} {spread.TargetPartitions}");
                if (!lane.OwnsSources)
                {
                    continue; // the same sources as partition 0
                }
            }

            foreach (var source in lane.Sources)
            {
                hash.Add($"source {source.Topic} {source.Partition}");
                AddSegments("segment", source.Segments);
                AddSegments("left-out", source.LeftOut);
            }
        }

        return hash.End();

        void AddSegments(string word, IEnumerable<SegmentEntry> segments)
        {
            foreach (var segment in segments)
            {
                hash.Add(word, segment);
            }
        }
    }

    /// <summary>Lines on their way into the hash, many at a time: a plan may have a million segments.</summary>
    private sealed class Lines : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _held = new byte[32 << 10];
        private int _length;

        public void Add(FormattableString line)
        {
            Flush();
            _hash.AppendData(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture) + "\n"));
        }

        public void Add(string word, in SegmentEntry segment)
        {
            if (TryAdd(word, segment))
            {
                return;
            }

            Flush();
            if (!TryAdd(word, segment))
            {
                Add(FormattableStringFactory.Create("{0} {1} {2} {3} {4} {5} {6} {7}", word, segment.StartOffset, segment.EndOffset, segment.RecordCount, segment.Sha256, segment.OddKey, segment.KeyEnding, segment.UploadedAt));
            }
        }

        public string End()
        {
            Flush();
            return Convert.ToHexStringLower(_hash.GetHashAndReset());
        }

        public void Dispose() => _hash.Dispose();

        private bool TryAdd(string word, in SegmentEntry segment)
        {
            if (!Utf8.TryWrite(
                _held.AsSpan(_length),
                CultureInfo.InvariantCulture,
                $"{word} {segment.StartOffset} {segment.EndOffset} {segment.RecordCount} {segment.Sha256} {segment.OddKey} {segment.KeyEnding} {segment.UploadedAt}\n",
                out var written))
            {
                return false;
            }

            _length += written;
            return true;
        }

        private void Flush()
        {
            _hash.AppendData(_held.AsSpan(0, _length));
            _length = 0;
        }
    }
}
