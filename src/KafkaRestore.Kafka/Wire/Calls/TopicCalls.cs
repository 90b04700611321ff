using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Creates topics through the controller, or asks it what would become of them.</summary>
internal sealed class TopicCalls(WireCluster cluster, TimeProvider time)
{
    private const int TopicsPerRequest = 500;

    // Less than an answer may take.
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(15);

    /// <summary>Creates topics.</summary>
    /// <param name="topics">The topics, each name once.</param>
    /// <param name="validateOnly">Whether to check everything and create nothing.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per topic, in their order. A topic may exist already because an earlier request of this call has created it.</returns>
    /// <exception cref="WireException">No broker answers; nothing was created.</exception>
    /// <exception cref="ArgumentException">A topic stands there twice.</exception>
    public async Task<IReadOnlyList<CreateTopicsResult>> CreateAsync(IReadOnlyCollection<TopicToCreate> topics, bool validateOnly, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(topics.Select(static topic => topic.Name));
        var call = new ShardedCall<TopicToCreate, CreateTopicsResult>(cluster, time)
        {
            Route = async (subjects, token) =>
            {
                await cluster.RefreshAsync([], token).ConfigureAwait(false);
                var controller = new Route(cluster.Controller);
                return [.. subjects.Select(_ => controller)];
            },
            Ask = async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new CreateTopicsRequest(subjects, validateOnly, BrokerPatience), token).ConfigureAwait(false);
                var results = answer.Topics.ToLookup(static result => result.Name, StringComparer.Ordinal);
                return [.. subjects.Select(subject => results[subject.Name].FirstOrDefault())];
            },
            ErrorOf = static result => result.Error,
            SubjectsPerRequest = TopicsPerRequest,
            IsRead = validateOnly,
        };
        var questions = await call.RunAsync(topics, deadline, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => question.Answer ?? CreateTopicsResult.Of(question.Subject.Name, question.Error, question.Failure?.Message))];
    }
}
