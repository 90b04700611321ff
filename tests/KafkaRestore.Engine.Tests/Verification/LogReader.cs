using System.Runtime.CompilerServices;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

/// <summary>Reads what an <see cref="InMemorySinkFactory"/> has in its logs.</summary>
internal sealed class LogReader(InMemorySinkFactory logs) : ITargetReader
{
    private const int PerBlock = 10;

    public ReaderDescription Description { get; } = new("memory", "a test");

    public bool Disposed { get; private set; }

    /// <summary>Called before each block.</summary>
    public Func<TargetPartition, CancellationToken, Task>? BeforeBlock { get; set; }

    public async IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in logs.Log(partition).Where(record => record.Offset >= from && record.Offset < to).Chunk(PerBlock))
        {
            if (BeforeBlock is not null)
            {
                await BeforeBlock(partition, cancellationToken);
            }

            yield return TestRecords.Block([.. chunk.Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))]);
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
