using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Jobs.Output;

/// <summary>What <c>apply-pending</c> did.</summary>
/// <param name="Topics">Each topic of which settings were set aside.</param>
/// <param name="Errors">Why settings are still set aside.</param>
internal sealed record PendingView(IReadOnlyList<HeldTopicReport> Topics, IReadOnlyList<string> Errors)
{
    public static PendingView Of(PutBackOutcome outcome) => new(
        [
            .. outcome.PutBack.Select(static topic => new HeldTopicReport(topic.Topic, "put_back", topic.Settings)),
            .. outcome.Gone.Select(static topic => new HeldTopicReport(topic.Topic, "gone", topic.Settings)),
        ],
        [.. outcome.Failures.Values.Select(static failure => failure.Describe())]);
}
