using System.Runtime.CompilerServices;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Reading.Decoding;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Reading.Fetching;

/// <summary>Reads over our own protocol client: one connection to a broker for all partitions that it leads, one fetch of each ahead.</summary>
internal sealed class WireTargetReader : ITargetReader
{
    // zlib's or zstd's state.
    private const int CodecBytes = 256 << 10;

    private static readonly Api[] Needed = [FetchRequest.Definition, ListOffsetsRequest.Definition, MetadataRequest.Definition];

    private readonly MemoryBudget _budget;
    private readonly BufferPool _pool;
    private readonly TimeProvider _time;
    private readonly WireCluster _cluster;

    /// <summary>Prepares the reader; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public WireTargetReader(KafkaConnectionOptions connection, MemoryBudget budget, WireOptions? wire = null, Action<ClientLogLine>? log = null, TimeProvider? time = null, BufferPool? pool = null)
    {
        _budget = budget;
        _pool = pool ?? BufferPool.Shared;
        _time = time ?? TimeProvider.System;
        _cluster = new WireCluster(connection, wire, log, _time);
    }

    /// <inheritdoc/>
    public ReaderDescription Description { get; } = new("wire", "the target allows it");

    /// <summary>Why this reader cannot read from the brokers, for a person; null when it can.</summary>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        var broker = await _cluster.AnyAsync(cancellationToken).ConfigureAwait(false);
        return Array.Find(Needed, api => !broker.Supports(api)) is { } missing
            ? $"the broker does not take {missing} in version {missing.Lowest} to {missing.Highest}"
            : null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (from >= to)
        {
            yield break;
        }

        var reserved = await _budget.ReserveAsync(WorkingBytes(options), cancellationToken).ConfigureAwait(false);
        using var slots = new BlockSlots(reserved, _budget, _pool, options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetcher = new PartitionFetcher(_cluster, partition, to, options, _pool, _time);
        using var decoding = new Decoding(partition, from, to, options, slots, _pool);
        Task<FetchedBatches>? ahead = fetcher.FetchAsync(from, stop.Token);
        try
        {
            while (ahead is not null)
            {
                using var fetched = await ahead.ConfigureAwait(false);
                ahead = fetched.Next < to ? fetcher.FetchAsync(fetched.Next, stop.Token) : null;
                using var beyond = fetched.Length > options.FetchBytes
                    ? await slots.ExtendAsync(fetched.Length - options.FetchBytes, cancellationToken).ConfigureAwait(false)
                    : null;
                decoding.Begin(fetched);
                while (await decoding.NextAsync(cancellationToken).ConfigureAwait(false) is { } block)
                {
                    yield return block;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await DropAsync(ahead).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>What a reading reserves before it begins, in bytes: two fetches, one batch unpacked, the blocks.</summary>
    internal static long WorkingBytes(ReadOptions options) =>
        (2L * options.FetchBytes) + FirstRoom(options) + ((long)options.Blocks * options.BlockBytes) + CodecBytes;

    private static int FirstRoom(ReadOptions options) => Math.Min(options.FetchBytes, options.MostUnpackedBytes);

    private static async Task DropAsync(Task<FetchedBatches>? ahead)
    {
        if (ahead is null)
        {
            return;
        }

        await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ahead.IsCompletedSuccessfully)
        {
            ahead.Result.Dispose();
        }
    }

    /// <summary>From fetched batches to blocks, waiting for memory where some is lacking.</summary>
    private sealed class Decoding(TargetPartition partition, long from, long to, ReadOptions options, BlockSlots slots, BufferPool pool) : IDisposable
    {
        private readonly BatchDecoder _decoder = new(partition, from, to, options, pool);
        private MemoryReservation? _beyond;

        public void Begin(FetchedBatches fetched) => _decoder.Begin(fetched.Batches);

        /// <summary>The next block; null when what was fetched is done.</summary>
        public async ValueTask<RecordBlock?> NextAsync(CancellationToken cancellationToken)
        {
            var block = await slots.RentAsync(options.BlockBytes, cancellationToken).ConfigureAwait(false);
            try
            {
                while (true)
                {
                    switch (_decoder.Fill(block, out var needed))
                    {
                        case DecodeStep.NeedsRoom:
                            await GrowAsync(needed, cancellationToken).ConfigureAwait(false);
                            break;
                        case DecodeStep.BlockFull when block.Count == 0:
                            block.Dispose();
                            block = await slots.RentAsync(needed, cancellationToken).ConfigureAwait(false);
                            break;
                        case DecodeStep.End when block.Count == 0:
                            block.Dispose();
                            return null;
                        default:
                            return block;
                    }
                }
            }
            catch
            {
                block.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _decoder.Dispose();
            _beyond?.Dispose();
        }

        private async ValueTask GrowAsync(int needed, CancellationToken cancellationToken)
        {
            var bytes = Math.Max(needed, FirstRoom(options));
            if (bytes > FirstRoom(options))
            {
                var more = await slots.ExtendAsync(bytes - FirstRoom(options), cancellationToken).ConfigureAwait(false);
                _beyond?.Dispose();
                _beyond = more;
            }

            _decoder.Grow(bytes);
        }
    }
}
