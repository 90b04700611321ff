using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Keys;

namespace KafkaRestore.Configuration.Rules;

/// <summary>What the keys of a restore say together.</summary>
internal static class RestoreRules
{
    private const string Start = "restore.time_window_start";
    private const string Slack = "restore.time_window_slack";
    private const string End = "restore.time_window_end";

    // Below this, a number of milliseconds is before March 1973, and the same number of seconds is any time up to the year 5138.
    private const long LooksLikeSeconds = 100_000_000_000;

    public static void Check(BindingContext context)
    {
        var draft = context.Draft;
        if (draft.Selection is { TimeWindowStart: { } start, TimeWindowEnd: { } end } && start > end)
        {
            context.Contradiction(End, $"is before {Start}", "Swap them, or leave one out.");
        }

        NoticeSeconds(Start, draft.Selection.TimeWindowStart, context);
        NoticeSeconds(End, draft.Selection.TimeWindowEnd, context);
        if (draft.Selection.TimeWindowSlack is not null)
        {
            CheckSlack(context);
        }

        if (context.IsSet("restore.offset_header_encoding") && !draft.Headers.Add)
        {
            context.NoticeAt("restore.offset_header_encoding", "has no effect: restore.include_original_offset_header is not set");
        }

        DeliveryRules.Check(context);
        PreparationRules.Check(context);
        GroupRules.Check(context);
        if (!draft.CircuitBreakerEnabled)
        {
            context.DropNotice(RestoreKeys.CircuitBreakerSection);
        }

        if (!draft.Metrics.Enabled)
        {
            context.DropNotice(MetricsKeys.Section);
        }
    }

    private static void CheckSlack(BindingContext context)
    {
        if (context.Draft.Selection is { TimeWindowStart: null, TimeWindowEnd: null })
        {
            context.NoticeAt(Slack, "has no effect: neither restore.time_window_start nor restore.time_window_end is set");
        }
        else if (context.Draft.TrustSegments)
        {
            context.Contradiction(Slack, "goes by the manifest, and restore.on_manifest_mismatch: trust_segment says that segments may be others", "Leave one of them out.");
        }
    }

    private static void NoticeSeconds(string path, long? value, BindingContext context)
    {
        if (value is > 0 and < LooksLikeSeconds)
        {
            var moment = DateTimeOffset.FromUnixTimeMilliseconds(value.Value).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            context.NoticeAt(path, $"is {moment}: if it was meant in seconds, multiply it by 1000");
        }
    }
}
