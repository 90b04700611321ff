using System.Globalization;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands.OffsetMaps;

/// <summary>Maps of restores that were killed, stopped, finished and begun again; what they say is compared with what stands in the target.</summary>
public sealed class OffsetMapOnBrokerTests
{
    private const string Slow = "rate_limit_records_per_sec: 1000";

    [RealKafkaFact]
    public async Task After_a_kill_and_a_resume_every_offset_leads_to_the_first_record_at_or_after_it()
    {
        using var job = await GappedRestore.CreateAsync(Slow);
        int killedAt;
        await using (var program = CliProgram.Start(["restore", "--config", job.Config]))
        {
            await job.UntilAsync(1_500);
            program.Signal("KILL");
            Assert.Equal(137, (await program.EndAsync()).Exit);
            killedAt = (await job.ReadAsync()).Count;
        }

        Assert.InRange(killedAt, 1_500, GappedRestore.Records - 1);
        Assert.False(File.Exists(job.Report));
        job.Configure("");
        (await job.RestoreAsync()).MustExit(0);

        var log = await job.ReadAsync();
        Assert.Equal(GappedRestore.Records, log.Count);
        long last = GappedRestore.OffsetOf(GappedRestore.Records - 1);
        long[] offsets =
        [
            0, GappedRestore.OffsetOf(0), GappedRestore.OffsetOf(7), GappedRestore.OffsetOf(9) + 1, GappedRestore.OffsetOf(9) + 5, GappedRestore.OffsetOf(1_234),
            .. Enumerable.Range(killedAt - 15, 30).Select(GappedRestore.OffsetOf), GappedRestore.OffsetOf(killedAt / 10 * 10 + 9) + 3,
            GappedRestore.OffsetOf(5_000), GappedRestore.OffsetOf(5_009) + 2, last, last + 1, last + 1_000_000,
        ];
        var json = JsonShape.Parse((await GappedRestore.MapAsync(
            ["translate", "--state", job.StateFile, "--format", "json", .. offsets.Select(offset => string.Create(CultureInfo.InvariantCulture, $"orders:0:{offset}"))])).MustExit(0).Out);
        var rows = json.GetProperty("translations").EnumerateArray().ToList();
        Assert.Equal(offsets.Length, rows.Count);
        foreach (var (offset, row) in offsets.Zip(rows))
        {
            Assert.Equal(
                (offset, job.Topic, GappedRestore.FirstAtOrAfter(log, offset), "exact", offset > last),
                (row.GetProperty("sources")[0].GetProperty("source_offset").GetInt64(), row.GetProperty("target_topic").GetString(), row.GetProperty("target_offset").GetInt64(),
                    row.GetProperty("label").GetString(), row.GetProperty("at_end").GetBoolean()));
        }

        // The report of the whole job, the part before the kill included, pair by pair as the target has it.
        Assert.Equal(log.Select(record => (long.Parse(record.Key, CultureInfo.InvariantCulture), record.Offset)), job.Pairs(job.Report));
    }

    [KafkaFact]
    public async Task A_finished_job_that_is_run_again_leaves_its_report_complete()
    {
        using var job = await GappedRestore.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var pairs = job.Pairs(job.Report);
        Assert.Equal(GappedRestore.Records, pairs.Count);

        var again = (await job.RestoreAsync()).MustExit(0);
        Assert.StartsWith("FINISHED: ", again.Out, StringComparison.Ordinal);
        Assert.Equal(pairs, job.Pairs(job.Report));

        File.Delete(job.Report);
        (await job.RestoreAsync()).MustExit(0);
        Assert.Equal(pairs, job.Pairs(job.Report));
    }

    [KafkaFact]
    public async Task A_stopped_restore_leaves_a_report_of_what_it_did_and_the_next_run_completes_it()
    {
        using var job = await GappedRestore.CreateAsync(Slow);
        await using (var program = CliProgram.Start(["restore", "--config", job.Config]))
        {
            await job.UntilAsync(1);
            program.Signal("INT");
            (await program.EndAsync()).MustExit(5);
        }

        var held = await job.ReadAsync();
        Assert.InRange(held.Count, 1, GappedRestore.Records - 1);
        Assert.Equal(held.Select(record => record.Offset), job.Pairs(job.Report).Select(pair => pair.Target));
        job.Configure("offset_report_format: v2");
        (await job.RestoreAsync()).MustExit(0);
        var report = job.ReadReport();
        Assert.Equal(2, report.GetProperty("format_version").GetInt32());
        var runs = report.GetProperty("detailed_mappings").GetProperty($"{job.Topic}/0").EnumerateArray().ToList();
        Assert.Equal(GappedRestore.Records, runs.Sum(run => run.GetProperty("len").GetInt64()));
        Assert.Equal(
            (GappedRestore.OffsetOf(0), GappedRestore.OffsetOf(GappedRestore.Records - 1)),
            (report.GetProperty("entries").GetProperty($"{job.Topic}/0").GetProperty("source_first_offset").GetInt64(),
                report.GetProperty("entries").GetProperty($"{job.Topic}/0").GetProperty("source_last_offset").GetInt64()));
    }

    [KafkaFact]
    public async Task A_refused_restore_leaves_the_report_as_it_is()
    {
        using var job = await GappedRestore.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var report = File.ReadAllText(job.Report);
        (await job.RestoreAsync("--again")).MustExit(3);
        Assert.Equal(report, File.ReadAllText(job.Report));
    }

    [KafkaFact]
    public async Task A_report_that_cannot_be_written_is_told_and_the_restore_is_done_all_the_same()
    {
        using var job = await GappedRestore.CreateAsync();
        Directory.CreateDirectory(job.Scratch.PathOf("gone"));
        job.Configure("");
        File.WriteAllText(job.Config, File.ReadAllText(job.Config).Replace(job.Report, job.Scratch.PathOf("gone/offsets.json"), StringComparison.Ordinal) + "\n  rate_limit_records_per_sec: 3000\n");
        await using var program = CliProgram.Start(["restore", "--config", job.Config]);
        await job.UntilAsync(1);
        Directory.Delete(job.Scratch.PathOf("gone"));

        var result = (await program.EndAsync()).MustExit(4);

        Assert.Contains("OUTPUT_NOT_WRITTEN: ", result.Error, StringComparison.Ordinal);
        Assert.StartsWith("DONE: ", result.Out, StringComparison.Ordinal);
        Assert.Equal(GappedRestore.Records, (await job.ReadAsync()).Count);
    }

    [KafkaFact]
    public async Task The_map_is_shown_and_exported_in_every_form_and_each_form_says_the_same()
    {
        using var job = await GappedRestore.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var shown = JsonShape.Parse((await GappedRestore.MapAsync("show", "--config", job.Config, "--format", "json")).MustExit(0).Out);
        var map = Assert.Single(shown.GetProperty("maps").EnumerateArray());
        Assert.Equal(
            ("orders", job.Topic, GappedRestore.Records, GappedRestore.Records / 10, 100),
            (map.GetProperty("source_topic").GetString(), map.GetProperty("target_topic").GetString(), map.GetProperty("records").GetInt64(), map.GetProperty("runs").GetInt64(),
                map.GetProperty("source_first_offset").GetInt64()));

        string? question = $"orders:0:{GappedRestore.OffsetOf(3_019) + 2}";
        var expected = (await GappedRestore.MapAsync("translate", "--config", job.Config, question, "--format", "csv")).MustExit(0).Out;
        foreach (var (form, name) in new[] { ("v1", "a.json"), ("v2", "b.json"), ("csv", "c.csv") })
        {
            var path = job.Scratch.PathOf(name);
            (await GappedRestore.MapAsync("export", "--config", job.Config, "--output", path, "--report-format", form)).MustExit(0);
            var read = JsonShape.Parse((await GappedRestore.MapAsync("import", path, "--format", "json")).MustExit(0).Out);
            Assert.Equal((form, GappedRestore.Records), (read.GetProperty("report_format").GetString(), read.GetProperty("maps").GetProperty("records").GetInt64()));
            var asked = form == "v1" ? question.Replace("orders", job.Topic, StringComparison.Ordinal) : question;
            Assert.Equal(expected, (await GappedRestore.MapAsync("translate", "--from", path, asked, "--format", "csv")).MustExit(0).Out);
            var printed = (await GappedRestore.MapAsync("export", "--from", path, "--report-format", form)).MustExit(0).Out;
            Assert.Equal(WithoutTime(File.ReadAllText(path)), WithoutTime(printed).TrimEnd('\n') + (form == "csv" ? "\n" : ""));
        }
    }

    [KafkaFact]
    public async Task A_lost_state_is_rebuilt_from_the_headers_of_the_target()
    {
        using var job = await GappedRestore.CreateAsync("include_original_offset_header: true");
        (await job.RestoreAsync()).MustExit(0);
        var runs = job.Scratch.PathOf("runs.csv");
        (await GappedRestore.MapAsync("export", "--state", job.StateFile, "--output", runs)).MustExit(0);
        File.Delete(job.StateFile);
        Directory.Delete(job.StateFile + ".d", recursive: true);
        (await GappedRestore.MapAsync("show", "--state", job.StateFile)).MustExit(3);

        var rebuilt = job.Scratch.PathOf("rebuilt.csv");
        var result = JsonShape.Parse((await GappedRestore.MapAsync("rebuild", "--config", job.Config, "--output", rebuilt, "--format", "json")).MustExit(0).Out);

        Assert.True(result.GetProperty("complete").GetBoolean());
        Assert.Equal(GappedRestore.Records, result.GetProperty("partitions")[0].GetProperty("mapped").GetInt64());
        Assert.Equal(File.ReadAllText(runs), File.ReadAllText(rebuilt));
    }

    [KafkaFact]
    public async Task A_lost_state_is_rebuilt_without_headers_by_adopting_the_target()
    {
        using var job = await GappedRestore.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var pairs = job.Pairs(job.Report);
        File.Delete(job.StateFile);
        Directory.Delete(job.StateFile + ".d", recursive: true);
        File.Delete(job.Report);

        (await job.RestoreAsync("--adopt")).MustExit(0);

        Assert.Equal(pairs, job.Pairs(job.Report));
        Assert.Equal(GappedRestore.Records, (await job.ReadAsync()).Count);
    }

    [KafkaFact]
    public async Task A_map_is_read_while_the_restore_runs_and_says_no_more_than_the_target_holds()
    {
        using var job = await GappedRestore.CreateAsync("rate_limit_records_per_sec: 200");
        await using var program = CliProgram.Start(["restore", "--config", job.Config]);
        await job.UntilSavedAsync();

        var path = job.Scratch.PathOf("meanwhile.json");
        (await GappedRestore.MapAsync("export", "--state", job.StateFile, "--output", path)).MustExit(0);

        var pairs = job.Pairs(path);
        Assert.InRange(pairs.Count, 1, GappedRestore.Records - 1);
        var held = (await job.ReadAsync()).Select(record => (long.Parse(record.Key, CultureInfo.InvariantCulture), record.Offset));
        Assert.Equal(held.Take(pairs.Count), pairs);
    }

    [KafkaFact]
    public async Task Records_without_headers_are_named_and_no_empty_report_replaces_a_good_one()
    {
        using var job = await GappedRestore.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var path = job.Scratch.Write("good.json", "good");

        var result = (await GappedRestore.MapAsync("rebuild", "--config", job.Config, "--output", path)).MustExit(4);

        Assert.StartsWith("PARTIAL: ", result.Out, StringComparison.Ordinal);
        Assert.Contains("6,000 records without a source offset in the headers, the first at target offset ", result.Out, StringComparison.Ordinal);
        Assert.Equal("good", File.ReadAllText(path));
    }

    private static string WithoutTime(string report) => System.Text.RegularExpressions.Regex.Replace(report, "\"created_at\": \\d+", "");
}
