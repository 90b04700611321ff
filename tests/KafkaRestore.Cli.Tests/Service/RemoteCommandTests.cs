using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;
using KafkaRestore.Service.Testing;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>The commands that ask a service, against <c>serve</c>, each in a process of its own.</summary>
public sealed class RemoteCommandTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [KafkaLauncherFact]
    public async Task A_job_is_submitted_watched_listed_and_reported()
    {
        await using var serve = await ServeProgram.StartAsync(_scratch.PathOf("data"));
        var restore = await SubmittedRestore.CreateAsync(100);
        var file = _scratch.Write("restore.yaml", restore.Submission().Document);

        var watched = (await AskAsync(serve, "submit", "--config", file, "--watch")).MustExit(0);
        Assert.StartsWith("DONE: everything is restored", watched.Out, StringComparison.Ordinal);
        var listed = (await AskAsync(serve, "jobs", "--format", "json")).MustExit(0);
        var id = JsonDocument.Parse(listed.Out).RootElement.GetProperty("jobs")[0].GetProperty("id").GetString()!;
        Assert.Contains(id, watched.Out, StringComparison.Ordinal);
        var report = (await AskAsync(serve, "report", id)).MustExit(0);
        Assert.Equal(100, JsonDocument.Parse(report.Out).RootElement.GetProperty("records_restored").GetInt64());
        (await AskAsync(serve, "watch", id)).MustExit(0);
        Assert.Contains("JOB_NOT_RUNNING", (await AskAsync(serve, "limits", id)).MustExit(3).Error, StringComparison.Ordinal);
        Assert.Contains("JOB_NOT_RUNNING", (await AskAsync(serve, "resume", id)).MustExit(3).Error, StringComparison.Ordinal);
        Assert.Contains("1 done", (await AskAsync(serve, "cluster", "status")).MustExit(0).Out, StringComparison.Ordinal);
        await restore.MustBeThereOnceAsync();
        Assert.Contains("ending", (await serve.EndAsync("TERM")).MustExit(0).Error, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task A_service_that_is_killed_loses_nothing_and_who_watches_waits_for_it()
    {
        var data = _scratch.PathOf("data");
        var restore = await SubmittedRestore.CreateAsync(3_000);
        var file = _scratch.Write("restore.yaml", restore.Submission("rate_limit_records_per_sec: 500").Document);
        var first = await ServeProgram.StartAsync(data);
        await using var watching = CliProgram.Start(["submit", "--config", file, "--watch", "--server", first.Address]);
        await watching.SeesAsync(": running");

        await first.EndAsync("KILL");
        await watching.SeesAsync("it is waited for");
        await using var second = await ServeProgram.StartAsync(data, first.Port);

        var result = (await watching.EndAsync()).MustExit(0);
        Assert.StartsWith("DONE: everything is restored", result.Out, StringComparison.Ordinal);
        await restore.MustBeThereOnceAsync();
    }

    [KafkaLauncherFact]
    public async Task Who_stops_watching_leaves_the_job_running()
    {
        await using var serve = await ServeProgram.StartAsync(_scratch.PathOf("data"));
        var restore = await SubmittedRestore.CreateAsync(2_000);
        var file = _scratch.Write("restore.yaml", restore.Submission("rate_limit_records_per_sec: 200").Document);
        await using var watching = CliProgram.Start(["submit", "--config", file, "--watch", "--server", serve.Address]);
        await watching.SeesAsync(": running");

        watching.Signal("INT");
        Assert.Contains("the job goes on", (await watching.EndAsync()).MustExit(5).Error, StringComparison.Ordinal);

        var id = JsonDocument.Parse((await AskAsync(serve, "jobs", "--state", "running", "--format", "json")).MustExit(0).Out).RootElement.GetProperty("jobs")[0].GetProperty("id").GetString()!;
        await using var limiting = CliProgram.Start(["watch", id, "--server", serve.Address]);
        (await AskAsync(serve, "cancel", id)).MustExit(0);
        Assert.StartsWith("CANCELLED", (await limiting.EndAsync()).MustExit(5).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_service_is_kept_out_of_the_directory()
    {
        await using var serve = await ServeProgram.StartAsync(_scratch.PathOf("data"));

        var second = await CliProgram.RunAsync("serve", "--data", _scratch.PathOf("data"), "--listen", "127.0.0.1:0");

        Assert.Contains("JOB_LOCKED: another service works in this directory", second.MustExit(3).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_service_refuses_is_listed_with_the_exit_code_of_a_local_run()
    {
        await using var serve = await ServeProgram.StartAsync(_scratch.PathOf("data"));
        var file = _scratch.Write("restore.yaml", "mode: restore\nbackup_id: a\nstorage: { backend: filesystem, path: /x }\ntarget: { bootstrap_servers: ['127.0.0.1:1'], security: { sasl_password: secret-of-mine } }\nrestore: { topcs: [a], report: r.json }\n");

        var refused = (await AskAsync(serve, "submit", "--config", file)).MustExit(2);

        Assert.Contains("CONFIG_UNKNOWN_KEY", refused.Error, StringComparison.Ordinal);
        Assert.Contains("restore.topcs", refused.Error, StringComparison.Ordinal);
        Assert.Contains("a secret is written out here", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-mine", refused.Error, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(_scratch.PathOf("data"), "*", SearchOption.AllDirectories).Where(static kept => Path.GetFileName(kept) != "lock"), static kept => Assert.DoesNotContain("secret-of-mine", File.ReadAllText(kept), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SERVER_UNREACHABLE", 3, "jobs", "--server", "http://127.0.0.1:1")]
    [InlineData("USAGE", 2, "jobs", "--server", "nonsense")]
    [InlineData("USAGE", 2, "jobs", "--server", "ftp://127.0.0.1")]
    [InlineData("CONFIG_INVALID", 2, "jobs", "--token-file", "/no/such/file")]
    [InlineData("CONFIG_INVALID", 2, "submit", "--config", "/no/such/file")]
    [InlineData("--limit takes", 2, "jobs", "--limit", "0")]
    [InlineData("--state takes", 2, "jobs", "--state", "asleep")]
    [InlineData("--listen takes", 2, "serve", "--listen", "here")]
    [InlineData("--listen takes", 2, "serve", "--listen", "8480")]
    [InlineData("go together", 2, "serve", "--tls-key", "key.pem")]
    [InlineData("--max-jobs takes", 2, "serve", "--max-jobs", "0")]
    [InlineData("--variables takes a prefix", 2, "serve", "--variables", "")]
    [InlineData("needs a token", 2, "serve", "--listen", "0.0.0.0:0")]
    [InlineData("STATE_UNWRITABLE", 3, "serve", "--listen", "127.0.0.1:0", "--data", "/proc/nowhere")]
    public async Task Wrong_use_is_one_clear_message(string expected, int exit, params string[] arguments)
    {
        if (arguments[0] == "serve" && !arguments.Contains("--data"))
        {
            arguments = [.. arguments, "--data", _scratch.PathOf("data")];
        }

        var result = await CliProgram.RunAsync(arguments);

        Assert.True(result.Exit == exit, $"exit code {result.Exit}: {result.Error}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static Task<CliResult> AskAsync(ServeProgram serve, params string[] arguments) => CliProgram.RunAsync([.. arguments, "--server", serve.Address]);
}
