using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Reading.Decoding;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Reading.Polling;

/// <summary>Reads over librdkafka: an instance and a thread for each reading. For authentication that the wire reader lacks.</summary>
internal sealed class ClientTargetReader(KafkaConnectionOptions connection, MemoryBudget budget, string why, TimeProvider? time = null, BufferPool? pool = null) : ITargetReader
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly BufferPool _pool = pool ?? BufferPool.Shared;

    /// <inheritdoc/>
    public ReaderDescription Description { get; } = new("client", why);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (from >= to)
        {
            yield break;
        }

        var bytes = PartitionReader.QueueBytes(options) + options.FetchBytes + ((long)options.Blocks * options.BlockBytes);
        using var slots = new BlockSlots(await budget.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false), budget, _pool, options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var blocks = Channel.CreateBounded<RecordBlock>(1);
        var pump = BlockingCall.RunAsync(() => Pump(partition, from, to, options, slots, blocks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var block in blocks.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)pump).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (blocks.Reader.TryRead(out var rest))
            {
                rest.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool Pump(TargetPartition partition, long from, long to, ReadOptions options, BlockSlots slots, ChannelWriter<RecordBlock> blocks, CancellationToken stop)
    {
        try
        {
            using var reader = new PartitionReader(connection, options, _time);
            foreach (var block in reader.ReadBlocks(partition, from, to, size => Wait(slots.RentAsync(Math.Max(size, options.BlockBytes), stop)), stop))
            {
                if (!blocks.TryWrite(block))
                {
                    WriteOrDrop(blocks, block, stop);
                }
            }

            blocks.Complete();
        }
        catch (Exception e)
        {
            blocks.Complete(e);
        }

        return true;
    }

    private static void WriteOrDrop(ChannelWriter<RecordBlock> blocks, RecordBlock block, CancellationToken stop)
    {
        try
        {
            blocks.WriteAsync(block, stop).AsTask().GetAwaiter().GetResult();
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private static RecordBlock Wait(ValueTask<RecordBlock> block) => block.AsTask().GetAwaiter().GetResult();
}
