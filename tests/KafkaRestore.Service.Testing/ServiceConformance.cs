using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Api;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using Xunit;

namespace KafkaRestore.Service.Testing;

/// <summary>What every service of restores must do, asked over its API: one process and a cluster alike.</summary>
public abstract class ServiceConformance
{
    private const int Records = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts a service with no jobs.</summary>
    protected abstract Task<ServiceUnderTest> StartAsync();

    [KafkaLauncherFact]
    public async Task A_submitted_restore_is_carried_out_and_reported()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(Records);
        var submitted = await service.Remote.SubmitAsync(restore.Submission(), default);
        Assert.True(submitted.IsNew);
        Assert.Equal(restore.BackupId, submitted.Job.BackupId);

        var ended = await DoneAsync(service.Remote, submitted.Job.Id);

        Assert.Equal((int)ExitCode.Done, ended.ExitCode);
        Assert.Equal((Records, Records, 100), (ended.Progress!.Records, ended.Progress.RecordsPlanned, ended.Progress.Percent));
        Assert.Equal(2, ended.Progress.Lanes.Done);
        Assert.Empty(ended.Problems);
        await restore.MustBeThereOnceAsync();
        using var report = JsonDocument.Parse(await service.Remote.ReportAsync(ended.Id, default));
        Assert.Equal("done", report.RootElement.GetProperty("status").GetString());
        Assert.Equal(Records, report.RootElement.GetProperty("records_restored").GetInt64());
        var lanes = await service.Remote.LanesAsync(ended.Id, new LaneQuery(null, 0, 10), default);
        Assert.Equal(2, lanes.Total);
        Assert.All(lanes.Lanes, static lane => Assert.Equal(("done", lane.RecordsPlanned), (lane.State, lane.Records)));
        Assert.Equal(ended.Id, Assert.Single((await service.Remote.ListAsync(new JobQuery(JobState.Done, null, 10), default)).Jobs).Id);
        Assert.Empty((await service.Remote.ListAsync(new JobQuery(JobState.Running, null, 10), default)).Jobs);
    }

    [KafkaLauncherFact]
    public async Task A_job_that_is_paused_stands_still_and_resumed_restores_the_rest_once()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(Records);
        var id = (await service.Remote.SubmitAsync(restore.Submission("rate_limit_records_per_sec: 100"), default)).Job.Id;
        await ProgressAsync(service.Remote, id);

        await service.Remote.PauseAsync(id, default);
        var paused = await StateAsync(service.Remote, id, JobState.Paused);
        Assert.InRange(paused.Progress!.Records, 1, Records - 1);
        Assert.Equal(JobState.Paused, (await service.Remote.PauseAsync(id, default)).State);

        await service.Remote.ResumeAsync(id, default);
        await RunningAsync(service.Remote, id);
        var changed = await service.Remote.ChangeLimitsAsync(id, new LimitsChange { RateLimitRecordsPerSec = 0, MaxConcurrentPartitions = 2 }, default);
        Assert.Equal((100, null, 2), (changed.Before.RateLimitRecordsPerSec, changed.After.RateLimitRecordsPerSec, changed.After.MaxConcurrentPartitions));

        await DoneAsync(service.Remote, id);
        await restore.MustBeThereOnceAsync();
        var refused = await Assert.ThrowsAsync<RestoreException>(() => service.Remote.PauseAsync(id, default));
        Assert.Equal(ErrorCodes.JobNotRunning, refused.Code);
    }

    [KafkaLauncherFact]
    public async Task A_job_that_is_cancelled_has_ended_and_can_be_resumed()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(Records);
        var id = (await service.Remote.SubmitAsync(restore.Submission("rate_limit_records_per_sec: 100"), default)).Job.Id;
        await ProgressAsync(service.Remote, id);

        await service.Remote.CancelAsync(id, default);
        var cancelled = await EndAsync(service.Remote, id);
        Assert.Equal((JobState.Cancelled, (int)ExitCode.Stopped), (cancelled.State, cancelled.ExitCode));
        Assert.Equal(JobState.Cancelled, (await service.Remote.CancelAsync(id, default)).State);
        Assert.Equal(ErrorCodes.JobNotRunning, (await Assert.ThrowsAsync<RestoreException>(() => service.Remote.ChangeLimitsAsync(id, new LimitsChange { RateLimitBytesPerSec = 1 }, default))).Code);

        await service.Remote.ResumeAsync(id, default);
        await RunningAsync(service.Remote, id);
        await service.Remote.ChangeLimitsAsync(id, new LimitsChange { RateLimitRecordsPerSec = 0 }, default);
        await DoneAsync(service.Remote, id);
        await restore.MustBeThereOnceAsync();
    }

    [KafkaLauncherFact]
    public async Task Events_are_repeated_to_who_was_away_and_end_with_the_job()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        var id = (await service.Remote.SubmitAsync(restore.Submission(), default)).Job.Id;
        await DoneAsync(service.Remote, id);

        var told = await AllAsync(service.Remote.EventsAsync(id, 0, default));

        JobState[] expected = [JobState.Running, JobState.Done];
        Assert.Equal(expected, told.Where(static each => each.Kind == JobEventKind.State).Select(static each => each.Job!.State).Distinct());
        Assert.Contains(told, static each => each.Kind == JobEventKind.Message);
        Assert.Equal(told.Select(static each => each.Number).Order(), told.Select(static each => each.Number));
        var rest = await AllAsync(service.Remote.EventsAsync(id, told[^1].Number, default));
        Assert.Equal(JobState.Done, Assert.Single(rest).Job!.State);
    }

    [KafkaLauncherFact]
    public async Task A_submission_that_is_repeated_under_its_key_is_the_same_job()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        var submission = restore.Submission() with { IdempotencyKey = "nightly-1" };
        var first = await service.Remote.SubmitAsync(submission, default);

        var second = await service.Remote.SubmitAsync(submission, default);
        var other = await Assert.ThrowsAsync<RestoreException>(() => service.Remote.SubmitAsync(submission with { Adopt = true }, default));

        Assert.False(second.IsNew);
        Assert.Equal(first.Job.Id, second.Job.Id);
        Assert.Equal(ErrorCodes.JobDiffers, other.Code);
        Assert.Single((await service.Remote.ListAsync(new JobQuery(null, null, 10), default)).Jobs);
        await DoneAsync(service.Remote, first.Job.Id);
    }

    [KafkaLauncherFact]
    public async Task Consumer_groups_are_led_to_where_a_finished_restore_has_put_what_they_read()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(200);
        var groups = restore.AddGroups(60);
        await DoneAsync(service.Remote, (await service.Remote.SubmitAsync(restore.Submission(), default)).Job.Id);
        var submission = restore.Submission("auto_consumer_groups: true") with { Kind = JobKind.OffsetReset, IdempotencyKey = "reset-1" };

        var submitted = await service.Remote.SubmitAsync(submission, default);
        Assert.Equal(JobKind.OffsetReset, submitted.Job.Kind);
        var ended = await DoneAsync(service.Remote, submitted.Job.Id);

        Assert.Equal((groups.Count, 0), (ended.Groups!.Reset, ended.Groups.Failed));
        await restore.GroupsMustStandAsync(groups);
        using var report = JsonDocument.Parse(await service.Remote.ReportAsync(ended.Id, default));
        Assert.Equal(groups.Keys.Order(StringComparer.Ordinal), report.RootElement.GetProperty("groups").EnumerateArray().Select(static group => group.GetProperty("group").GetString()!));
        Assert.NotEmpty(report.RootElement.GetProperty("snapshots").EnumerateArray());

        // Repeated, it is the same job and does nothing; another one sets the groups again.
        await restore.MoveAsync(groups.Keys.First(), 3);
        Assert.False((await service.Remote.SubmitAsync(submission, default)).IsNew);
        await restore.MustBeThereOnceAsync();
        var second = await DoneAsync(service.Remote, (await service.Remote.SubmitAsync(submission with { IdempotencyKey = "reset-2" }, default)).Job.Id);
        await restore.GroupsMustStandAsync(groups);

        // What a group had before is there to go back to, and nothing else is.
        using var again = JsonDocument.Parse(await service.Remote.ReportAsync(second.Id, default));
        var before = await Task.WhenAll(again.RootElement.GetProperty("snapshots").EnumerateArray().Select(id => service.Remote.SnapshotAsync(second.Id, id.GetString()!, default)));
        var snapshots = before.Select(static text => SnapshotStore.Parse(text.Span, "snapshot")).ToList();
        Assert.Equal(groups.Keys.Order(StringComparer.Ordinal), snapshots.SelectMany(static snapshot => snapshot.Groups).Select(static group => group.Group).Order(StringComparer.Ordinal));
        Assert.Equal(3, snapshots.SelectMany(static snapshot => snapshot.Groups).Single(group => group.Group == groups.Keys.First()).Offsets.Single(static pair => pair.Key.Partition == 0).Value.Offset);
        foreach (var wrong in new[] { "snap-1-00000000", "../../job.json" })
        {
            Assert.Equal(ErrorCodes.SnapshotNotFound, (await Assert.ThrowsAsync<RestoreException>(() => service.Remote.SnapshotAsync(second.Id, wrong, default))).Code);
        }
    }

    [KafkaLauncherFact]
    public async Task A_reset_of_what_is_not_restored_or_of_no_group_is_refused()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        restore.AddGroups(1);
        var reset = restore.Submission("auto_consumer_groups: true") with { Kind = JobKind.OffsetReset };

        Assert.Equal(ErrorCodes.OffsetMapMissing, (await Assert.ThrowsAsync<RestoreException>(() => service.Remote.SubmitAsync(reset, default))).Code);
        var nothing = await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(restore.Submission() with { Kind = JobKind.OffsetReset }, default));
        Assert.Contains(nothing.Findings, static finding => finding.Code == "NOTHING_SELECTED");
        Assert.Empty((await service.Remote.ListAsync(new JobQuery(null, null, 10), default)).Jobs);
    }

    [KafkaLauncherFact]
    public async Task A_group_with_a_member_is_left_alone_and_the_rest_done_when_the_job_is_resumed()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        var groups = restore.AddGroups(3);
        await DoneAsync(service.Remote, (await service.Remote.SubmitAsync(restore.Submission(), default)).Job.Id);
        var member = await restore.JoinAsync(groups.Keys.First());
        var refused = await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(restore.Submission("auto_consumer_groups: true") with { Kind = JobKind.OffsetReset }, default));
        Assert.Contains(refused.Findings, static finding => finding.Code == "GROUP_ACTIVE");

        var waits = restore.Submission("auto_consumer_groups: true\n  wait_for_empty_groups: 1s") with { Kind = JobKind.OffsetReset };
        var ended = await EndAsync(service.Remote, (await service.Remote.SubmitAsync(waits, default)).Job.Id);
        Assert.Equal((JobState.Partial, 2, 1), (ended.State, ended.Groups!.Reset, ended.Groups.Failed));
        Assert.Contains(ended.Problems, static problem => problem.Contains("an-application", StringComparison.Ordinal) || problem.Contains("member", StringComparison.Ordinal));

        await member.LeaveAsync();
        await service.Remote.ResumeAsync(ended.Id, default);
        Assert.Equal((3, 0), (await DoneAsync(service.Remote, ended.Id) is { Groups: { } all } ? (all.Reset, all.Failed) : default));
        await restore.GroupsMustStandAsync(groups);
    }

    [KafkaLauncherFact]
    public async Task A_reset_that_waits_for_members_can_be_cancelled_and_resumed()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(100);
        var groups = restore.AddGroups(45);
        await DoneAsync(service.Remote, (await service.Remote.SubmitAsync(restore.Submission(), default)).Job.Id);
        var member = await restore.JoinAsync(groups.Keys.First());
        var reset = restore.Submission("auto_consumer_groups: true\n  wait_for_empty_groups: 30m") with { Kind = JobKind.OffsetReset };
        var id = (await service.Remote.SubmitAsync(reset, default)).Job.Id;
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var told in service.Remote.EventsAsync(id, 0, patience.Token))
        {
            if (told.Text?.Contains("waiting until these have no members", StringComparison.Ordinal) is true)
            {
                break;
            }
        }

        await service.Remote.CancelAsync(id, default);
        Assert.Equal(JobState.Cancelled, (await EndAsync(service.Remote, id)).State);

        await member.LeaveAsync();
        await service.Remote.ResumeAsync(id, default);
        await DoneAsync(service.Remote, id);
        await restore.GroupsMustStandAsync(groups);
    }

    [KafkaLauncherFact]
    public async Task What_the_check_finds_wrong_is_listed_and_no_job_is_made()
    {
        await using var service = await StartAsync();
        var restore = await SubmittedRestore.CreateAsync(10);
        var first = await service.Remote.SubmitAsync(restore.Submission(), default);
        await DoneAsync(service.Remote, first.Job.Id);

        // The same records into the same topics under a name of their own: they are not empty any more.
        var refused = await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(restore.Submission("restore_id: another") with { IdempotencyKey = "again" }, default));

        Assert.Equal(ErrorCodes.PreflightFailed, refused.Reason.Code);
        Assert.Contains(refused.Findings, static finding => finding is { Severity: "error", Code: "TARGET_NOT_EMPTY" });
        Assert.Single((await service.Remote.ListAsync(new JobQuery(null, null, 10), default)).Jobs);

        // A key of a submission that was refused is free again.
        await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(restore.Submission("restore_id: another") with { IdempotencyKey = "again" }, default));
    }

    [Theory]
    [InlineData("restore: {", "CONFIG_INVALID")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { topcs: [a] }", "CONFIG_UNKNOWN_KEY")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { report: /tmp/report.json }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { checkpoint_state: /tmp/state.json }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { dry_run: true }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'], client: { plugin.library.paths: /tmp/library.so } }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'], client: { sasl.kerberos.kinit.cmd: reboot } }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'], client: { ssl.key.password: hunter2 } }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { spool_directory: /tmp }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { offset_report: /tmp/map.json }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { auto_consumer_groups: true, group_plan_folder: /tmp/plans }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { consumer_groups: [a], consumer_group_strategy: manual }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { auto_consumer_groups: true, consumer_groups_from: /etc/passwd }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }\nrestore: { auto_consumer_groups: true, consumer_groups_from: 'kafka://?config=/etc/restore.yaml' }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget:\n  bootstrap_servers: ['127.0.0.1:1']\n  security: { security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_file: /etc/shadow }", "CONFIG_NOT_SUPPORTED")]
    [InlineData("mode: restore\nbackup_id: ${HOME}\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }", "CONFIG_VARIABLE_UNSET")]
    [InlineData("mode: restore\nbackup_id: ${file:/etc/hostname}\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'] }", "CONFIG_VARIABLE_UNSET")]
    public async Task A_configuration_that_cannot_be_is_refused_with_its_place(string document, string code)
    {
        await using var service = await StartAsync();

        var refused = await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(new JobSubmission { Document = document }, default));

        Assert.Equal(ErrorCodes.ConfigInvalid, refused.Reason.Code);
        Assert.Contains(refused.Findings, finding => finding.Code == code && finding.Where is not null);
        Assert.Empty((await service.Remote.ListAsync(new JobQuery(null, null, 10), default)).Jobs);
    }

    [Theory]
    [InlineData("hunter2-hunter2")]
    [InlineData("${RESTORE_PASSWORD:-hunter2-hunter2}")]
    [InlineData("x${RESTORE_PASSWORD:-}hunter2-hunter2")]
    public async Task A_secret_that_is_written_out_is_refused_and_not_repeated(string secret)
    {
        await using var service = await StartAsync();
        var document = $"mode: restore\nbackup_id: a\nstorage: {{ backend: filesystem, path: /x }}\ntarget:\n  bootstrap_servers: ['127.0.0.1:1']\n  security: {{ security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: a, sasl_password: '{secret}' }}";

        var refused = await Assert.ThrowsAsync<SubmissionRefused>(() => service.Remote.SubmitAsync(new JobSubmission { Document = document }, default));

        Assert.Single(refused.Findings, static finding => finding.Where!.Contains("sasl_password", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(refused.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_not_found_whatever_is_asked_of_it()
    {
        await using var service = await StartAsync();
        var remote = service.Remote;
        Func<Task>[] questions =
        [
            () => remote.GetAsync("no-such-job", default),
            () => remote.LanesAsync("no-such-job", new LaneQuery(null, 0, 1), default),
            () => remote.PauseAsync("no-such-job", default),
            () => remote.ResumeAsync("no-such-job", default),
            () => remote.CancelAsync("no-such-job", default),
            () => remote.ChangeLimitsAsync("no-such-job", new LimitsChange { MaxConcurrentPartitions = 1 }, default),
            () => remote.ReportAsync("../../etc/passwd", default),
            () => remote.SnapshotAsync("no-such-job", "snap-1-00000000", default),
            () => AllAsync(remote.EventsAsync("no-such-job", null, default)),
        ];

        foreach (var question in questions)
        {
            Assert.Equal(ErrorCodes.JobNotFound, (await Assert.ThrowsAsync<RestoreException>(question)).Code);
        }
    }

    [Fact]
    public async Task The_service_says_who_it_is_and_that_it_can_work()
    {
        await using var service = await StartAsync();

        var cluster = await service.Remote.ClusterAsync(default);

        Assert.NotEmpty(cluster.Silos);
        Assert.All(cluster.Silos, static silo => Assert.Equal("active", silo.State));
        Assert.True((await service.Remote.ReadyAsync(default)).Ready);
    }

    /// <summary>Waits until a job has ended.</summary>
    protected static Task<JobInfo> EndAsync(IRestoreService service, string id) => FirstAsync(service, id, static job => job.State.HasEnded());

    /// <summary>Waits until a job has ended, and is done.</summary>
    protected static async Task<JobInfo> DoneAsync(IRestoreService service, string id)
    {
        var ended = await EndAsync(service, id);
        Assert.True(ended.State == JobState.Done, JsonSerializer.Serialize(ended, ApiJson.Options));
        return ended;
    }

    /// <summary>Waits until a job is in a state.</summary>
    protected static Task<JobInfo> StateAsync(IRestoreService service, string id, JobState state) => FirstAsync(service, id, job => job.State == state);

    /// <summary>Waits until a job has restored a record.</summary>
    protected static Task<JobInfo> ProgressAsync(IRestoreService service, string id) => FirstAsync(service, id, static job => job.Progress is { Records: > 0 });

    private static Task<JobInfo> RunningAsync(IRestoreService service, string id) => FirstAsync(service, id, static job => job is { State: JobState.Running, Limits: not null, Progress.Lanes.Running: > 0 });

    private static async Task<JobInfo> FirstAsync(IRestoreService service, string id, Func<JobInfo, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        JobInfo? last = null;
        try
        {
            await foreach (var told in service.EventsAsync(id, null, patience.Token))
            {
                if (told.Job is not { } job)
                {
                    continue;
                }

                last = job;
                if (wanted(job))
                {
                    return await service.GetAsync(id, patience.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What it was last says more.
        }

        Assert.Fail($"the job never was as wanted: {JsonSerializer.Serialize(last, ApiJson.Options)}");
        return null!;
    }

    private static async Task<List<JobEvent>> AllAsync(IAsyncEnumerable<JobEvent> events)
    {
        var all = new List<JobEvent>();
        await foreach (var told in events)
        {
            all.Add(told);
        }

        return all;
    }
}
