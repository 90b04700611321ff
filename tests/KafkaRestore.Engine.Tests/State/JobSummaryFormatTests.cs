using System.Text;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Identity;

namespace KafkaRestore.Engine.Tests.State;

public sealed class JobSummaryFormatTests
{
    [Fact]
    public void A_summary_of_version_1_is_read_by_every_later_program()
    {
        var read = JobSummaryFormat.Read(Golden(), "file");
        Assert.Equal(Sample() with { Identity = read.Identity }, read);
        Assert.Equal(Sample().Identity, read.Identity);
    }

    [Fact]
    public void Version_1_is_written_as_it_was() => Assert.Equal(Encoding.UTF8.GetString(Golden()), Encoding.UTF8.GetString(JobSummaryFormat.Write(Sample())));

    [Fact]
    public void Every_cut_is_recognised()
    {
        var golden = Golden();
        for (var length = 0; length < golden.Length - 1; length++)
        {
            Assert.Throws<StateDamage>(() => JobSummaryFormat.Read(golden[..length], "file"));
        }
    }

    [Theory]
    [InlineData("\"run\": 2", "\"run\": 0")]
    [InlineData("\"run\": 2", "\"run\": null")]
    [InlineData("\"status\": \"stopped\"", "\"status\": \"tired\"")]
    [InlineData("\"program\": \"kafka-restore\"", "\"program\": \"kafka-backup\"")]
    [InlineData("\"format_version\": 1", "\"format_version\": 0")]
    [InlineData("\"format_version\": 1", "\"format_version\": \"1\"")]
    [InlineData("\"job_id\": \"monday\",", "")]
    [InlineData("cluster-1", "cluster-2")]
    public void A_changed_summary_is_damage(string before, string after)
    {
        var text = Encoding.UTF8.GetString(Golden());
        Assert.Contains(before, text, StringComparison.Ordinal);
        Assert.Throws<StateDamage>(() => JobSummaryFormat.Read(Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal)), "file"));
    }

    internal static JobSummary Sample()
    {
        var identity = JobIdentity.FromValues(
        [
            new("archive.backup_id", "backup"),
            new("archive.storage", "s3 s3://bucket/prefix at http://127.0.0.1:9000"),
            new("mapping.topic.orders", "orders-2"),
            new("target.cluster_id", "cluster-1"),
        ]);
        return new JobSummary
        {
            Program = JobSummary.ProgramName,
            ProgramVersion = "0.1.0",
            FormatVersion = 1,
            JobId = "monday",
            Run = 2,
            Status = JobStatus.Stopped,
            BackupId = "backup",
            RecordsRestored = 125_000,
            BytesRestored = 52_428_800,
            Lanes = 12,
            LanesBegun = 5,
            LanesDone = 3,
            LanesFailed = 1,
            Generations = 2,
            StartTime = 1_705_312_800_000,
            LastCheckpointTime = 1_705_313_400_000,
            IdentityHash = identity.Hash,
            Identity = identity.Values,
        };
    }

    private static byte[] Golden() => File.ReadAllBytes(Path.Combine(StateSamples.GoldenFolder, "job.v1.json"));
}
