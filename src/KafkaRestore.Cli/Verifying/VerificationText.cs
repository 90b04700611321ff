using System.Globalization;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Engine.Verification.Reporting;

namespace KafkaRestore.Cli.Verifying;

/// <summary>The text of <c>verify</c>.</summary>
internal static class VerificationText
{
    private const int DigitsOfHash = 16;

    public static string Of(VerificationReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        var (word, meaning, colour) = Verdict(report);
        page.Headline(word, meaning, colour, style).Line().Fields(
            ("Archive", report.BackupId),
            ("Target cluster", report.TargetClusterId ?? "unknown"),
            ("Plan", report.PlanHash),
            ("Level", report.Level.ToString().ToLowerInvariant()),
            ("Records", $"{Show.Count(report.RecordsInTarget)} in the target, {Show.Count(report.RecordsExpected)} expected{(report.RecordsNewer == 0 ? "" : $", {Show.Count(report.RecordsNewer)} newer")}"),
            ("Read", $"{Show.Size(report.BytesRead)} in {Show.Duration(TimeSpan.FromMilliseconds(report.DurationMs))}, {Show.Size(report.ThroughputBytesPerSec)}/s"));
        foreach (var topic in report.Partitions.GroupBy(partition => partition.Topic))
        {
            page.Line().Line(topic.Key);
            var table = new TextTable(">part", "state", ">expected", ">in target", "target offsets", "sha-256");
            foreach (var partition in topic)
            {
                Add(table, partition);
            }

            page.Table(table);
        }

        return page
            .List("Errors", report.Errors)
            .List("Warnings", report.Warnings)
            .List("Not checked", report.NotChecked)
            .ToString();
    }

    private static (string Word, string Meaning, Colour Colour) Verdict(VerificationReport report)
    {
        var different = report.Partitions.Count(partition => partition.Difference is not null);
        var all = Show.Count(report.Partitions.Count, "partition");
        return report.Status switch
        {
            VerificationStatus.Equal when report.Level == VerificationLevel.Counts => ("EQUAL", $"{all} hold as many records as the archive gives; their contents were not compared.", Colour.Green),
            VerificationStatus.Equal => ("EQUAL", $"{all} hold every record that the archive gives, in its order.", Colour.Green),
            VerificationStatus.Different => ("DIFFERENT", $"{Show.Count(different)} of {all} differ from the archive; the first difference of each is named below.", Colour.Red),
            VerificationStatus.Partial => ("PARTIAL", "no difference was found, but something could not be compared to its end; the errors below say what.", Colour.Red),
            VerificationStatus.Stopped => ("STOPPED", $"stopped on request; {(different == 0 ? "no difference was found so far" : $"{Show.Count(different, "difference")} found so far")}.", Colour.Yellow),
            _ => ("REFUSED", "nothing could be compared.", Colour.Red),
        };
    }

    private static void Add(TextTable table, PartitionVerification partition)
    {
        var remarks = new List<string>();
        if (partition.Difference is { } difference)
        {
            remarks.Add(Describe(difference));
        }

        if (partition.ExpectedSha256 != partition.TargetSha256)
        {
            remarks.Add($"the archive's sha-256 is {Short(partition.ExpectedSha256)}");
        }

        if (partition.RecordsNewer > 0)
        {
            remarks.Add($"{Show.Count(partition.RecordsNewer, "newer record")} behind the restored ones");
        }

        table.Add(
            [
                Show.Count(partition.Partition),
                partition.State.ToString().ToLowerInvariant(),
                Show.Count(partition.RecordsExpected),
                Show.Count(partition.RecordsInTarget),
                partition.TargetEndOffset > partition.TargetStartOffset ? Show.Offsets(partition.TargetStartOffset, partition.TargetEndOffset - 1) : "none",
                Short(partition.TargetSha256),
            ],
            [.. remarks]);
    }

    private static string Describe(DifferenceReport difference)
    {
        var what = difference.Kind switch
        {
            DifferenceKind.MissingInTarget => $"{Records(difference)} missing in the target",
            DifferenceKind.ExtraInTarget => $"{Records(difference)} too many in the target",
            DifferenceKind.Order => "another order of records",
            var field => $"another {field.ToString().ToLowerInvariant()}",
        };
        return what + Place(difference);
    }

    private static string Records(DifferenceReport difference) => difference.Records is { } records ? Show.Count(records, "record") : "records";

    private static string Place(DifferenceReport difference)
    {
        var places = new List<string>();
        if (difference.SourceOffset is { } source)
        {
            places.Add(string.Create(CultureInfo.InvariantCulture, $"source {difference.Source} offset {source}"));
        }

        if (difference.TargetOffset is { } target)
        {
            places.Add(string.Create(CultureInfo.InvariantCulture, $"target offset {target}"));
        }

        if (difference.EqualBefore is { } before)
        {
            places.Add($"after {Show.Count(before, "equal record")}");
        }

        return places.Count == 0 ? "" : $" ({string.Join(", ", places)})";
    }

    private static string Short(string? hash) => hash is null ? "-" : hash[..DigitsOfHash];
}
