using System.Collections.Concurrent;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire;

/// <content>What brokers said of topics, kept until they say something newer.</content>
internal sealed partial class WireCluster
{
    private readonly MetadataFlights _refreshes;
    private readonly ConcurrentDictionary<string, TopicLeaders> _topics = new(StringComparer.Ordinal);
    private string? _clusterId;
    private int _controller = -1;

    /// <summary>The cluster's id as last heard; null before the first <see cref="RefreshAsync"/>.</summary>
    public string? ClusterId => Volatile.Read(ref _clusterId);

    /// <summary>A broker to send administrative requests to, as last heard; null when there is none, or before the first <see cref="RefreshAsync"/>.</summary>
    public int? Controller => Volatile.Read(ref _controller) is >= 0 and var id ? id : null;

    /// <summary>How many brokers are alive, as last heard.</summary>
    public int BrokerCount => _brokers.Count;

    /// <summary>The leader of a partition as last heard; null when it has none, or was never asked for.</summary>
    public PartitionLeader? LeaderOf(TargetPartition partition) =>
        _topics.TryGetValue(partition.Topic, out var topic) && topic.Leaders.TryGetValue(partition.Partition, out var leader) && leader.Broker >= 0 ? leader : null;

    /// <summary>How many partitions a topic has, as last heard; null when it does not exist or was never asked for.</summary>
    public int? PartitionCountOf(string topic) => _topics.TryGetValue(topic, out var known) ? known.Leaders.Count : null;

    /// <summary>A topic's id as last heard; null when it does not exist, was never asked for, or the broker is too old for ids.</summary>
    public Guid? TopicIdOf(string topic) => _topics.TryGetValue(topic, out var known) && known.Id != Guid.Empty ? known.Id : null;

    /// <summary>
    /// Asks any broker for the brokers and for the leaders of these topics' partitions; without topics, for the brokers alone. Calls that come while one is
    /// under way share its answer, where it covers their topics.
    /// </summary>
    /// <returns>Per topic its error, NO_ERROR included.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    public Task<IReadOnlyDictionary<string, ErrorCode>> RefreshAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        _refreshes.JoinAsync(topics, cancellationToken);

    private async Task<IReadOnlyDictionary<string, ErrorCode>> FetchAsync(IReadOnlyCollection<string> topics)
    {
        var request = new MetadataRequest(topics);
        var answer = await FirstAsync((connection, token) => connection.AskAsync(request, token), CancellationToken.None).ConfigureAwait(false);
        if (answer.ClusterId is { } id)
        {
            Volatile.Write(ref _clusterId, id);
        }

        Volatile.Write(ref _controller, answer.ControllerId);
        foreach (var broker in answer.Brokers)
        {
            _brokers[broker.Address.Id] = broker.Address;
        }

        foreach (var gone in _brokers.Keys.Except(answer.Brokers.Select(static broker => broker.Address.Id)))
        {
            _brokers.TryRemove(gone, out _);
        }

        // What the broker leaves out does not exist for us.
        var errors = topics.ToDictionary(static topic => topic, static _ => ErrorCode.UnknownTopicOrPart, StringComparer.Ordinal);
        foreach (var topic in answer.Topics.Where(topic => errors.ContainsKey(topic.Name)))
        {
            errors[topic.Name] = topic.Error;
            Note(topic);
        }

        return errors;
    }

    private void Note(MetadataTopic topic)
    {
        if (topic.Error != ErrorCode.NoError)
        {
            _topics.TryRemove(topic.Name, out _);
            return;
        }

        _topics.AddOrUpdate(topic.Name, static (_, heard) => TopicLeaders.From(heard, null), static (_, old, heard) => TopicLeaders.From(heard, old), topic);
    }

    /// <summary>One topic's leaders; a leader of -1 stands for none.</summary>
    private sealed record TopicLeaders(Guid Id, IReadOnlyDictionary<int, PartitionLeader> Leaders)
    {
        // A broker that lags behind may name a leader of the past.
        public static TopicLeaders From(MetadataTopic heard, TopicLeaders? old)
        {
            var known = old is not null && old.Id == heard.Id ? old.Leaders : null;
            var leaders = new Dictionary<int, PartitionLeader>(heard.Partitions.Count);
            foreach (var partition in heard.Partitions)
            {
                leaders[partition.Index] =
                    known is not null && known.TryGetValue(partition.Index, out var before) && partition.LeaderEpoch >= 0 && before.Epoch > partition.LeaderEpoch
                        ? before
                        : new PartitionLeader(partition.Leader, partition.LeaderEpoch);
            }

            return new TopicLeaders(heard.Id, leaders);
        }
    }
}
