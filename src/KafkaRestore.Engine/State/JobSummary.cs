using System.Text.Json.Serialization;
using KafkaRestore.Engine.State.Identity;

namespace KafkaRestore.Engine.State;

/// <summary>
/// A job in one small file, for people and scripts (<c>jq .records_restored</c>). Its totals are those of the lane checkpoints when it was written; they
/// are counted anew from the lanes when the job is opened. No list in it grows with segments or partitions.
/// </summary>
public sealed record JobSummary
{
    /// <summary>Always <see cref="ProgramName"/>: so that another program's checkpoint is not taken for one of ours.</summary>
    public required string Program { get; init; }

    /// <summary>Version of the program that wrote it.</summary>
    public required string ProgramVersion { get; init; }

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The job's id.</summary>
    public required string JobId { get; init; }

    /// <summary>How many times the job was begun anew, from 1; names the folder of its parts.</summary>
    public required int Run { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>Records acknowledged.</summary>
    public required long RecordsRestored { get; init; }

    /// <summary>Their uncompressed bytes.</summary>
    public required long BytesRestored { get; init; }

    /// <summary>Segments and single records left out because they cannot be read or written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Skips { get; init; }

    /// <summary>Records left out so, as far as the manifest tells.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long RecordsSkipped { get; init; }

    /// <summary>Lanes of the job.</summary>
    public required int Lanes { get; init; }

    /// <summary>Lanes that have a checkpoint.</summary>
    public required int LanesBegun { get; init; }

    /// <summary>Lanes that are done.</summary>
    public required int LanesDone { get; init; }

    /// <summary>Lanes that failed in the last run.</summary>
    public required int LanesFailed { get; init; }

    /// <summary>1 and one more for every time that the archive had grown.</summary>
    public required int Generations { get; init; }

    /// <summary>When the job was begun, epoch milliseconds by that machine's clock.</summary>
    public required long StartTime { get; init; }

    /// <summary>When this was written, epoch milliseconds by that machine's clock. Nothing is decided by it.</summary>
    public required long LastCheckpointTime { get; init; }

    /// <summary>Hash of <see cref="Identity"/>.</summary>
    public required string IdentityHash { get; init; }

    /// <summary>What the job means; see <see cref="JobIdentity"/>.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>What <see cref="Program"/> says.</summary>
    public const string ProgramName = "kafka-restore";
}
