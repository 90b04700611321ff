using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage.InMemory;

namespace KafkaRestore.Fuzz.Targets;

/// <summary>Manifests, damaged as bytes and as JSON.</summary>
internal sealed partial class ManifestTarget(Corpus corpus) : FuzzTarget("manifest")
{
    private static readonly string[] s_values =
    [
        "null", "true", "-1", "0", "1.5", "1e300", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "2147483648",
        "\"\"", "\"../../etc/passwd\"", "\"a\\u0000b\"", "\"\\ud800\"", "[]", "{}", "[[]]", "[null]", "{\"a\":[{}]}", "\"x\\\\y\"",
    ];

    public override async Task<string?> RunAsync(Random random, CancellationToken cancellationToken)
    {
        var (id, original) = corpus.Manifests[random.Next(corpus.Manifests.Count)];
        var (_, other) = corpus.Manifests[random.Next(corpus.Manifests.Count)];
        var bytes = random.Next(3) == 0 ? Mutator.Mutate(random, original, other) : Encoding.UTF8.GetBytes(MutateText(random, Encoding.UTF8.GetString(original)));
        var storage = new InMemoryStorage();
        await storage.WriteAsync(SegmentKey.Manifest(id), bytes, default, cancellationToken).ConfigureAwait(false);
        var manifest = await ManifestReader.ReadAsync(storage, id, cancellationToken, Limits).ConfigureAwait(false);
        return Examine(manifest);
    }

    /// <summary>What every manifest that was accepted must keep.</summary>
    private static string? Examine(Manifest manifest)
    {
        foreach (var topic in manifest.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                foreach (var segment in partition.Segments)
                {
                    var key = segment.KeyIn(manifest.BackupId, topic.Name, partition.PartitionId);
                    if (!key.StartsWith(manifest.BackupId + "/", StringComparison.Ordinal) || key.Split('/').Contains(".."))
                    {
                        return $"the key {key} was accepted";
                    }

                    if (segment.StartOffset < 0 || segment.EndOffset < segment.StartOffset || segment.RecordCount < 0)
                    {
                        return $"the segment {segment} was accepted";
                    }
                }

                var holes = PartitionCompleteness.Of(partition).Holes;
                for (var i = 0; i < holes.Count; i++)
                {
                    if (holes[i].End < holes[i].Start || (i > 0 && holes[i].Start <= holes[i - 1].End))
                    {
                        return $"the hole {holes[i]} was found";
                    }
                }
            }
        }

        return null;
    }

    private static string MutateText(Random random, string text)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var values = ValuePattern().Matches(text);
            if (values.Count == 0)
            {
                return text;
            }

            var value = values[random.Next(values.Count)];
            text = random.Next(6) switch
            {
                0 => text.Remove(value.Index, value.Length),
                1 => text.Insert(value.Index, value.Value + ","),
                2 => text.Insert(value.Index, new string('[', random.Next(1, 100))),
                3 => text.Remove(value.Index, value.Length).Insert(value.Index, $"\"{new string('x', random.Next(10_000))}\""),
                4 when long.TryParse(value.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                    text.Remove(value.Index, value.Length).Insert(value.Index, (number + random.Next(-2, 3)).ToString(CultureInfo.InvariantCulture)),
                _ => text.Remove(value.Index, value.Length).Insert(value.Index, s_values[random.Next(s_values.Length)]),
            };
        }

        return text;
    }

    [GeneratedRegex("\"[^\"]*\"|-?[0-9]+|null|[{}\\[\\],:]")]
    private static partial Regex ValuePattern();
}
