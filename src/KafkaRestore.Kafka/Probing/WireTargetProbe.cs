using System.Collections.Concurrent;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Probing;

/// <summary>A probe over our own protocol client. Each kind of question has a deadline of its own, and all are asked at once.</summary>
internal sealed class WireTargetProbe(KafkaConnectionOptions connection, Action<ClientLogLine>? log, TimeProvider time) : ITargetProbe
{
    // A restart must not wait long for what only warns.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WireCluster _cluster = new(connection, null, log, time);

    /// <inheritdoc/>
    public async Task<TargetAnswer> AskAsync(TargetQuestion question, CancellationToken cancellationToken)
    {
        var unanswered = new ConcurrentQueue<Unanswered>();
        var topics = TryAsync("topics and the rights to them", () => new TopicQuestions(_cluster, time, Patience).AskAsync(question.Topics, unanswered.Enqueue, cancellationToken));
        var rights = TryAsync("the rights to the cluster", () => new ClusterQuestions(_cluster, time, Patience).ReadRightsAsync(cancellationToken));
        var brokers = TryAsync("the disks of the brokers", () => new ClusterQuestions(_cluster, time, Patience).ReadBrokersAsync(unanswered.Enqueue, cancellationToken));
        var trials = TryAsync("whether topics would be created", () => new CreationQuestions(_cluster, time, Patience).AskAsync(question.Trials, unanswered.Enqueue, cancellationToken));
        var fences = TryAsync("the right to transactional ids", () => new FenceQuestions(_cluster, time, Patience).AskAsync(question.Fences, unanswered.Enqueue, cancellationToken));
        await Task.WhenAll(topics, rights, brokers, trials, fences).ConfigureAwait(false);
        var none = new TargetAnswer();
        return new TargetAnswer
        {
            ClusterRights = (await rights.ConfigureAwait(false))?.Rights,
            Topics = await topics.ConfigureAwait(false) ?? none.Topics,
            Trials = await trials.ConfigureAwait(false) ?? none.Trials,
            DeniedTransactionalIds = await fences.ConfigureAwait(false) ?? none.DeniedTransactionalIds,
            Brokers = await brokers.ConfigureAwait(false) ?? none.Brokers,
            Unanswered = [.. unanswered.Distinct().OrderBy(one => one.What, StringComparer.Ordinal)],
        };

        async Task<T?> TryAsync<T>(string what, Func<Task<T>> ask)
            where T : class
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (WireException failure)
            {
                unanswered.Enqueue(new Unanswered(what, failure.Message));
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
