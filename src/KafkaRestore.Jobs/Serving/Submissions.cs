using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What is submitted, from its text to a job that may be kept.</summary>
internal sealed class Submissions(ServedParts parts)
{
    private static readonly FindingInfo s_finished = new("info", null, "an earlier job has finished this restore: nothing will be written", null, "Submit it with --again to restore once more");

    /// <summary>What makes two submissions the same.</summary>
    public static string HashOf(JobSubmission submission) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{(submission.Kind == JobKind.Restore ? "" : $"{submission.Kind} ")}{submission.Again} {submission.Adopt} {submission.Purge}\n{submission.Document}")));

    /// <summary>Reads the configuration, plans it and checks it against storage and target; nothing is kept or written yet.</summary>
    /// <exception cref="SubmissionRefused">It is wrong, or the check refuses it.</exception>
    /// <exception cref="RestoreException">The check cannot be made.</exception>
    public async Task<(ServedJobRecord Record, IReadOnlyList<FindingInfo> Findings)> CheckAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        var id = NewId();
        var configuration = parts.ConfigurationOf(id, submission.Document, submission.Again, submission.Adopt, submission.Purge);
        var silent = parts.ContextOf(static _ => { });
        var found = submission.Kind == JobKind.OffsetReset
            ? await new OffsetResetFlow(configuration, silent).CheckAsync(cancellationToken).ConfigureAwait(false)
            : await new RestoreFlow(configuration, silent, NoAudience.Instance).CheckAsync(cancellationToken).ConfigureAwait(false);
        var findings = found ?? [];
        IReadOnlyList<FindingInfo> shown =
        [
            .. configuration.Notices.Select(static notice => new FindingInfo("info", null, notice.Text, $"{notice.Path}, line {notice.Line}", null)),
            .. found is null ? [s_finished] : Array.Empty<FindingInfo>(),
            .. findings.Select(static finding => new FindingInfo(finding.Severity.ToString().ToLowerInvariant(), finding.Code?.Word, finding.What, finding.Where, finding.Remedy)),
        ];
        var errors = findings.Count(static finding => finding.Severity == Severity.Error);
        if (errors > 0)
        {
            throw new SubmissionRefused(new RestoreException(ErrorCodes.PreflightFailed, $"{errors} error(s) before the first {(submission.Kind == JobKind.OffsetReset ? "commit" : "write")}; nothing was {(submission.Kind == JobKind.OffsetReset ? "committed" : "written")}", configuration.Options.BackupId), shown);
        }

        return (new ServedJobRecord
        {
            Job = new JobInfo { Id = id, Kind = submission.Kind, State = JobState.Queued, BackupId = configuration.Options.BackupId, SubmittedAt = parts.Time.GetUtcNow() },
            IdempotencyKey = submission.IdempotencyKey,
            DocumentHash = HashOf(submission),
            Again = submission.Again,
            Adopt = submission.Adopt,
            Purge = submission.Purge,
        }, shown);
    }

    // Ordered by time, and no two the same: lists go by it.
    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"{parts.Time.GetUtcNow():yyyyMMdd-HHmmss-fff}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
}
