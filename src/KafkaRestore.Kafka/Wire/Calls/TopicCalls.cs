using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Topics that do not exist yet; the controller knows.</summary>
internal sealed class TopicCalls(WireCluster cluster, TimeProvider time)
{
    private const int TopicsPerRequest = 200;

    /// <summary>Asks whether topics could be created, and with which settings; creates none.</summary>
    /// <param name="topics">The topics, each once.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per topic, in their order.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    /// <exception cref="ArgumentException">A topic stands there twice.</exception>
    public async Task<IReadOnlyList<CreateTopicsResult>> TryCreateAsync(IReadOnlyCollection<CreatableTopic> topics, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(topics.Select(static topic => topic.Name));
        var call = new ShardedCall<CreatableTopic, CreateTopicsResult>(cluster, time)
        {
            Route = async (subjects, token) =>
            {
                // Brokers without ZooKeeper name any of them, which passes the request on.
                var answer = await cluster.FirstAsync(static (connection, each) => connection.AskAsync(new MetadataRequest([]), each), token).ConfigureAwait(false);
                var controller = answer.ControllerId >= 0 ? new Route(answer.ControllerId) : Route.Any;
                return [.. subjects.Select(_ => controller)];
            },
            Ask = async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new CreateTopicsRequest(subjects, deadline, validateOnly: true), token).ConfigureAwait(false);
                var results = answer.Topics.ToLookup(static result => result.Name, StringComparer.Ordinal);
                return [.. subjects.Select(subject => results[subject.Name].FirstOrDefault())];
            },
            ErrorOf = static result => result.Error,
            SubjectsPerRequest = TopicsPerRequest,
            IsRead = true,
        };
        var questions = await call.RunAsync(topics, deadline, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => question.Answer
            ?? new CreateTopicsResult(question.Subject.Name, question.Error, question.Failure?.Message, -1, Confluent.Kafka.ErrorCode.NoError, []))];
    }
}
