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
    /// <summary>Asks.</summary>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<IReadOnlyDictionary<string, TopicTrial>> AskAsync(IReadOnlyCollection<TopicToCreate> topics, Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        var trials = new Dictionary<string, TopicTrial>(StringComparer.Ordinal);
        foreach (var answer in await new TopicCalls(cluster, time).CreateAsync(topics, validateOnly: true, deadline, cancellationToken).ConfigureAwait(false))
        {
            if (KafkaErrors.MayPass(answer.Error))
            {
                unanswered(new Unanswered("whether topics would be created", answer.Message ?? KafkaErrors.NameOf(answer.Error)));
            }
            else
            {
                trials[answer.Name] = Trial(answer);
            }
        }

        return trials;
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
            result.Settings.Count > 0 ? result.Settings.Where(static entry => entry.Value is not null).ToDictionary(static entry => entry.Name, static entry => entry.Value!, StringComparer.Ordinal) : null);
    }
}
