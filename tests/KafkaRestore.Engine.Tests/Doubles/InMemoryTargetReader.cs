using System.Runtime.CompilerServices;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>Reads back what in-memory sinks have written, a few records in a block.</summary>
internal sealed class InMemoryTargetReader(InMemorySinkFactory sinks) : ITargetReader
{
    private const int RecordsInBlock = 7;

    public ReaderDescription Description { get; } = new("memory", "a test");

    public async IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in sinks.Log(partition).Where(record => record.Offset >= from && record.Offset < to).Chunk(RecordsInBlock))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return Block(chunk);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RecordBlock Block(IEnumerable<ConsumedRecord> records)
    {
        var data = records.Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers)).ToList();
        var block = new RecordBlock(BufferPool.Shared.Rent(data.Sum(RecordEncoder.SizeOf)));
        var length = 0;
        foreach (var record in data)
        {
            length += RecordEncoder.Write(block.Memory[length..], record);
        }

        block.SetContent(data.Count, length);
        return block;
    }
}
