using System.Globalization;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <content>How long committed offsets are kept.</content>
internal sealed partial class WireConsumerGroups
{
    private const string Retention = "offsets.retention.minutes";

    // It is said beside what was done, and must not hold that up.
    private static readonly TimeSpan RetentionDeadline = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReadOffsetRetentionAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _cluster.RefreshAsync([], cancellationToken).ConfigureAwait(false);
            if (_cluster.Controller is not { } broker)
            {
                return null;
            }

            var resource = new ConfiguredResource(ConfiguredResourceType.Broker, broker.ToString(CultureInfo.InvariantCulture));
            var answers = await new ConfigCalls(_cluster, _time).DescribeAsync([new DescribeConfigsResource(resource, [Retention])], RetentionDeadline, cancellationToken).ConfigureAwait(false);
            return answers is [{ Error: ErrorCode.NoError } answer]
                && answer.Entries.FirstOrDefault(static entry => entry.Name == Retention)?.Value is { } text
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
                    ? TimeSpan.FromMinutes(minutes)
                    : null;
        }
        catch (Exception unanswered) when (unanswered is WireException or OperationCanceledException)
        {
            return null;
        }
    }
}
