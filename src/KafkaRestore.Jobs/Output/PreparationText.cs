using System.Globalization;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Jobs.Output;

/// <summary>What was done to the target's topics, as text.</summary>
internal static class PreparationText
{
    private const string Default = "(default)";

    /// <summary>The drift table; nothing when nothing was decided.</summary>
    public static void AddDrift(TextPage page, PreparationReport? report)
    {
        if (report is not { Settings.Count: > 0 })
        {
            return;
        }

        page.Line().Line("Topic settings:");
        var table = new TextTable("topic", "setting", "asked for", "target has", "decision", "in the end");
        foreach (var setting in report.Settings)
        {
            table.Add(
                [setting.Topic, setting.Name, setting.Source ?? "-", setting.Target ?? "?", Word(setting.Action), setting.Final ?? Default],
                [.. Remarks(setting)]);
        }

        page.Table(table);
    }

    /// <summary>What was put back, when records expire, and the commands that do it by hand.</summary>
    public static void AddEnd(TextPage page, PreparationReport? report)
    {
        if (report is null)
        {
            return;
        }

        page.List("Settings that were set aside", report.HeldBack.Select(Held))
            .List("Restored records expire", report.Expiry.Select(expiry => Expiry(expiry, report.HeldBack.Any(held => held.Topic == expiry.Topic && held.State == "pending"))));
        if (report.UndoCommands.Count > 0)
        {
            // Not broken into lines: they are to be copied.
            page.Line().Line("Commands that put the settings back by hand, as `kafka-restore apply-pending` does:");
            foreach (var command in report.UndoCommands)
            {
                page.Line($"  {command}");
            }
        }
    }

    /// <summary>The result of <c>apply-pending</c>.</summary>
    public static string Of(PendingView view, ConsoleStyle style)
    {
        var page = new TextPage();
        var (word, meaning, colour) = view.Errors.Count > 0 ? ("PARTIAL", "some settings are still set aside; the errors below say why.", Colour.Red)
            : view.Topics.Count == 0 ? ("NOTHING PENDING", "no setting of this restore is set aside.", Colour.Green)
            : ("DONE", $"the settings of {Show.Count(view.Topics.Count, "topic")} are put back.", Colour.Green);
        return page.Headline(word, meaning, colour, style).List("Settings", view.Topics.Select(Held)).List("Errors", view.Errors).ToString();
    }

    /// <summary>Tells what was put back.</summary>
    public static void Log(PutBackOutcome outcome, ConsoleLog log)
    {
        foreach (var topic in PendingView.Of(outcome).Topics)
        {
            log.Message(Held(topic));
        }

        foreach (var failure in outcome.Failures.Values)
        {
            log.Failure(failure);
        }
    }

    private static IEnumerable<string> Remarks(SettingDecision setting)
    {
        if (setting.WhileRestoring is { } meanwhile)
        {
            yield return $"{meanwhile} while records are restored";
        }

        if (setting.Reason is { } reason)
        {
            yield return reason;
        }
    }

    private static string Held(HeldTopicReport topic) =>
        $"{topic.Topic}: {topic.State switch { "put_back" => "put back", "gone" => "the topic was deleted, nothing to put back; was to be", _ => "still set aside; to be" }} " +
        string.Join(", ", topic.Settings.Select(setting => $"{setting.Name}={setting.Final ?? Default}"));

    private static string Expiry(ExpiryReport expiry, bool isPending)
    {
        var days = TimeSpan.FromMilliseconds(Math.Min(expiry.RetentionMs, TimeSpan.MaxValue.TotalMilliseconds / 2)).TotalDays.ToString("0.##", CultureInfo.InvariantCulture);
        return $"{expiry.Topic}: from {Show.Time(expiry.ExpiresFrom)} on, segment by segment (the oldest are of {Show.Time(expiry.OldestTimestamp)}, and the topic keeps records for {days} days)" +
            (expiry.ExpiresFrom <= DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() ? $": at once{(isPending ? ", when the settings are put back" : "")}" : "");
    }

    private static string Word(SettingAction action) => action switch
    {
        SettingAction.Apply => "apply",
        SettingAction.Keep => "keep",
        SettingAction.Clamp => "clamp",
        SettingAction.Skip => "skip",
        _ => "hold back",
    };
}
