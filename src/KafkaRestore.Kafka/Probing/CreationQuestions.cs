using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Probing;

/// <summary>Whether topics would be created: the cluster checks everything and creates nothing.</summary>
internal sealed class CreationQuestions(WireCluster cluster, TimeProvider time, TimeSpan deadline)
{
    private const int TopicsPerRequest = 200;

    /// <summary>Asks.</summary>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<IReadOnlyDictionary<string, TopicTrial>> AskAsync(IReadOnlyCollection<TopicToCreate> topics, Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        var call = new ShardedCall<TopicToCreate, CreateTopicsResult>(cluster, time)
        {
            Route = RouteAsync,
            Ask = AskAsync,
            ErrorOf = static result => result.Error,
            SubjectsPerRequest = TopicsPerRequest,
            IsRead = true, // nothing is created
        };
        var trials = new Dictionary<string, TopicTrial>(StringComparer.Ordinal);
        foreach (var question in await call.RunAsync(topics, deadline, cancellationToken).ConfigureAwait(false))
        {
            if (question.Answer is { } answer && !KafkaErrors.MayPass(answer.Error))
            {
                trials[question.Subject.Name] = Trial(answer);
            }
            else
            {
                unanswered(new Unanswered("whether topics would be created", question.Failure?.Message ?? KafkaErrors.NameOf(question.Error)));
            }
        }

        return trials;
    }

    // Before KRaft only the controller takes it; from then on every broker names one that passes it on.
    private async Task<IReadOnlyList<Route>> RouteAsync(IReadOnlyList<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        var metadata = await cluster.FirstAsync(static (connection, token) => connection.AskWholeAsync(new MetadataRequest([]), token), cancellationToken).ConfigureAwait(false);
        var route = metadata.ControllerId >= 0 ? new Route(metadata.ControllerId) : Route.Any;
        return [.. topics.Select(_ => route)];
    }

    private async Task<IReadOnlyList<CreateTopicsResult?>> AskAsync(BrokerConnection connection, IReadOnlyList<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        var answer = await connection.AskWholeAsync(new CreateTopicsRequest(topics, validateOnly: true, deadline), cancellationToken).ConfigureAwait(false);
        var results = answer.Topics.ToLookup(static result => result.Name, StringComparer.Ordinal);
        return [.. topics.Select(topic => results[topic.Name].FirstOrDefault())];
    }

    private static TopicTrial Trial(CreateTopicsResult result)
    {
        var outcome = result.Error switch
        {
            ErrorCode.NoError => TrialOutcome.Accepted,
            ErrorCode.TopicAlreadyExists => TrialOutcome.Exists,
            ErrorCode.InvalidReplicationFactor => TrialOutcome.Replication,
            var error when KafkaErrors.Classify(error) == KafkaErrorClass.Denied => TrialOutcome.Denied,
            _ => TrialOutcome.Refused,
        };
        return new TopicTrial(
            result.Name,
            outcome,
            outcome == TrialOutcome.Accepted ? null : string.IsNullOrEmpty(result.Message) ? KafkaErrors.NameOf(result.Error) : $"{KafkaErrors.NameOf(result.Error)}: {BrokerText.Of(result.Message)}",
            result.ReplicationFactor > 0 ? result.ReplicationFactor : null,
            result.Settings.Count > 0 ? result.Settings : null);
    }
}
