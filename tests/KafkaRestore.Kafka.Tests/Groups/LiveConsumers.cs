using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Groups;

/// <summary>Members of consumer groups, classic protocol, that read nothing and never commit.</summary>
internal sealed class LiveConsumers : IDisposable
{
    private readonly ConcurrentBag<IConsumer<byte[], byte[]>> _consumers = [];

    /// <summary>Joins a group and waits until its partitions are assigned.</summary>
    public Task JoinAsync(KafkaBroker broker, string group, string topic, string clientId) => Task.Run(() =>
    {
        using var assigned = new ManualResetEventSlim();
        var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = group,
            ClientId = clientId,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Latest,
        }).SetLogHandler(static (_, _) => { }).SetPartitionsAssignedHandler((_, _) => assigned.Set()).Build();
        _consumers.Add(consumer);
        consumer.Subscribe(topic);
        for (var left = 600; left > 0 && !assigned.IsSet; left--)
        {
            consumer.Consume(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(assigned.IsSet, $"group {group} was given no partition of {topic} within a minute");
    });

    /// <summary>All leave their groups.</summary>
    public void Dispose()
    {
        while (_consumers.TryTake(out var consumer))
        {
            consumer.Close();
            consumer.Dispose();
        }
    }
}
