using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preparation;

/// <summary>Runs that die behind any step of preparing the target and of putting its settings back: the settings end exactly as planned.</summary>
public sealed class PreparationKillTests : IDisposable
{
    private const string NewTopic = "cleanup.policy=compact min.insync.replicas=1 retention.ms=1000";
    private const string OldTopic = "compression.type=zstd retention.ms=99000 segment.ms=5000";

    private readonly JobStage _stage = new();
    private readonly FakeTopicSettings _settings;

    public PreparationKillTests()
    {
        _stage.Settings = _settings = new FakeTopicSettings(_stage.Cluster);
        _stage.Cluster.With("old", 1);
        _settings.Of("old")["retention.ms"] = "77000";
        _settings.Of("old")["segment.ms"] = "5000";
    }

    public static TheoryData<string> Steps => [.. Enum.GetNames<PreparationStep>().Where(name => name != nameof(PreparationStep.Identified))];

    public static TheoryData<string, string> PairsOfSteps
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var first in Steps)
            {
                foreach (var second in Steps)
                {
                    all.Add(first, second);
                }
            }

            return all;
        }
    }

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task Settings_are_set_aside_while_records_are_written_and_put_back_when_all_are()
    {
        var archive = await ArchiveAsync();
        var meanwhile = new HashSet<string>();
        _stage.Sinks.BeforeAppend = (target, _) =>
        {
            lock (meanwhile)
            {
                meanwhile.Add($"{target.Topic}: {_settings.Text(target.Topic)}");
            }
        };

        var report = await RunAsync(archive);

        Assert.Equal(
            [
                "new: cleanup.policy=delete message.timestamp.after.max.ms=9223372036854775807 min.insync.replicas=1 retention.ms=-1 segment.ms=9223372036854775807",
                "old: compression.type=zstd message.timestamp.after.max.ms=9223372036854775807 retention.ms=-1 segment.ms=9223372036854775807",
            ],
            meanwhile.Order(StringComparer.Ordinal));
        AssertFinal();
        Assert.Equal(["put_back", "put_back"], report!.Preparation!.HeldBack.Select(topic => topic.State));
    }

    [Theory]
    [MemberData(nameof(PairsOfSteps))]
    public async Task Killed_behind_any_two_steps_the_next_run_leaves_the_settings_as_planned(string first, string second)
    {
        var archive = await ArchiveAsync();
        Assert.True(await KillAsync(archive, first));
        await KillAsync(archive, second); // behind some first steps the second one is not taken again

        await RunAsync(archive);

        AssertFinal();
        Assert.Equal((20, 20), (_stage.Log("new", 0).Count, _stage.Log("old", 0).Count));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Nothing_is_touched_before_the_journal_is_on_the_disk(string step)
    {
        var archive = await ArchiveAsync();

        await KillAsync(archive, step);

        if (step == nameof(PreparationStep.Journaled))
        {
            Assert.Empty(_settings.Changes);
            Assert.Empty(_stage.Cluster.Created);
        }

        Assert.Equal(step != nameof(PreparationStep.Settled), Journal().Pending.Any());
    }

    [Fact]
    public async Task A_run_that_stops_leaves_settings_set_aside_and_the_report_says_how_to_put_them_back()
    {
        var archive = await ArchiveAsync();
        _stage.Sinks.BeforeAppend = static (target, _) => throw new Records.Errors.RestoreException(Records.Errors.ErrorCodes.ProduceRefused, "refused", target.ToString());

        var report = await RunAsync(archive);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Equal(["pending", "pending"], report.Preparation!.HeldBack.Select(topic => topic.State));
        Assert.Equal(
            [
                "kafka-configs.sh --bootstrap-server nowhere:1 --alter --entity-type topics --entity-name new --add-config cleanup.policy=compact,retention.ms=1000 --delete-config message.timestamp.after.max.ms,segment.ms",
                "kafka-configs.sh --bootstrap-server nowhere:1 --alter --entity-type topics --entity-name old --add-config retention.ms=99000,segment.ms=5000 --delete-config message.timestamp.after.max.ms",
            ],
            report.Preparation.UndoCommands);
        Assert.Equal("-1", _settings.Of("old")["retention.ms"]);

        _stage.Sinks.BeforeAppend = null;
        Assert.Equal(RestoreStatus.Done, (await RunAsync(archive))!.Status);
        AssertFinal();
    }

    [Fact]
    public async Task Again_puts_back_what_the_run_before_had_set_aside()
    {
        var archive = await ArchiveAsync();
        await KillAsync(archive, nameof(PreparationStep.SetAside));

        var report = await RunAsync(archive, options => options with { State = options.State! with { Again = true } });

        Assert.Equal(RestoreStatus.Done, report!.Status);
        AssertFinal();
    }

    [Fact]
    public async Task Pending_settings_can_be_put_back_without_the_archive_and_the_next_run_sets_them_aside_again()
    {
        var archive = await ArchiveAsync();
        await KillAsync(archive, nameof(PreparationStep.SetAside));
        using (var pending = PendingSettings.Open(Location, TimeProvider.System))
        {
            Assert.Equal(["new", "old"], pending.Topics.Select(topic => topic.Topic).Order(StringComparer.Ordinal));
            var outcome = await pending.ApplyAsync(_stage.Cluster, _settings.OpenAsync, CancellationToken.None);
            Assert.Equal(2, outcome.PutBack.Count);
        }

        AssertFinal();
        var wasSetAside = false;
        _stage.Sinks.BeforeAppend = (target, _) => wasSetAside |= target.Topic == "new" && _settings.Of("new")["retention.ms"] == "-1";
        await RunAsync(archive);

        Assert.True(wasSetAside);
        AssertFinal();
    }

    [Fact]
    public async Task What_is_put_back_on_request_waits_for_it()
    {
        var archive = await ArchiveAsync();

        var report = await RunAsync(archive, options => options with { Preparation = options.Preparation with { PutBack = SettingsPutBack.OnRequest } });

        Assert.Equal(RestoreStatus.Done, report!.Status);
        Assert.Equal("-1", _settings.Of("new")["retention.ms"]);
        Assert.Equal(2, PendingSettings.Read(Location).Count);
    }

    [Fact]
    public async Task Settings_that_cannot_be_put_back_are_no_success_and_stay_pending()
    {
        var archive = await ArchiveAsync();
        _stage.Sinks.BeforeAppend = (_, _) => _settings.MayAlter = false;

        var report = await RunAsync(archive);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Equal(2, report.Errors.Count(error => error.StartsWith("TARGET_DENIED: the settings that were set aside", StringComparison.Ordinal)));
        Assert.Equal(2, PendingSettings.Read(Location).Count);
        _stage.Sinks.BeforeAppend = null;
        _settings.MayAlter = true;
        await RunAsync(archive);
        AssertFinal();
    }

    [Fact]
    public async Task A_topic_that_was_deleted_meanwhile_has_nothing_to_put_back()
    {
        var archive = await ArchiveAsync();
        await KillAsync(archive, nameof(PreparationStep.Restored));
        _stage.Cluster.Topics.Remove("old");

        using var pending = PendingSettings.Open(Location, TimeProvider.System);
        var outcome = await pending.ApplyAsync(_stage.Cluster, _settings.OpenAsync, CancellationToken.None);

        Assert.Equal(("new", "old"), (Assert.Single(outcome.PutBack).Topic, Assert.Single(outcome.Gone).Topic));
        Assert.Empty(outcome.Failures);
        Assert.Empty(pending.Topics);
    }

    [Fact]
    public async Task Without_captured_or_own_settings_only_harm_is_set_aside_and_the_defaults_come_back()
    {
        var archive = await new TestArchive().AddSegments("plain", 0, TestRecords.Ordinary(5), 5).WriteManifestAsync();

        await RunAsync(archive);

        Assert.Equal("", _settings.Text("plain"));
        Assert.Equal("-1", Assert.Single(_stage.Cluster.Created).Configuration["retention.ms"]);
    }

    private JobLocation Location => JobLocation.AtFile(Path.Combine(_stage.StateFolder, "job.json"));

    private JournalContent Journal() => SettingsJournal.Read(Location);

    private void AssertFinal()
    {
        Assert.Equal((NewTopic, OldTopic), (_settings.Text("new"), _settings.Text("old")));
        Assert.Empty(Journal().Pending);
    }

    private static async Task<TestArchive> ArchiveAsync() => await new TestArchive()
        .AddSegments("new", 0, TestRecords.Ordinary(20), 5).Capture("new", 1, ("cleanup.policy", "compact"), ("retention.ms", "1000"), ("min.insync.replicas", "2"))
        .AddSegments("old", 0, TestRecords.Ordinary(20), 5).Capture("old", 1, ("compression.type", "zstd"), ("retention.ms", "99000"))
        .WriteManifestAsync();

    /// <summary>A run that dies behind a step; false when it never came there.</summary>
    private async Task<bool> KillAsync(TestArchive archive, string step)
    {
        try
        {
            await RunAsync(archive, after: reached =>
            {
                if (reached == Enum.Parse<PreparationStep>(step))
                {
                    throw new KilledException();
                }
            });
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    /// <summary>Runs as the program does; null when the job was finished.</summary>
    private async Task<RestoreReport?> RunAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions>? change = null, Action<PreparationStep>? after = null)
    {
        var options = _stage.Options(archive);
        options = options with { Preparation = options.Preparation with { ExistingTopics = ExistingTopicPolicy.Apply } };
        using var job = _stage.Job((change ?? (static same => same))(options), archive.Storage);
        job.AfterStep = after ?? (static _ => { });
        var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        if (job.State!.IsFinished)
        {
            await job.PutBackAsync(CancellationToken.None);
            return null;
        }

        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        Assert.True(preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
        var progress = new RestoreProgress(plan, TimeProvider.System);
        return await job.RunAsync(plan, preflight, progress, CancellationToken.None);
    }

    private sealed class KilledException : Exception;
}
