using KafkaRestore.Engine.OffsetMaps.Format;

namespace KafkaRestore.Engine.OffsetMaps.Storage;

/// <summary>
/// The chunks that lookups used last, up to a number of bytes; one cache may serve any number of maps. Thread-safe.
/// </summary>
public sealed class OffsetMapCache
{
    /// <summary>Bytes of a cache unless told otherwise: 8 MiB.</summary>
    public const long DefaultBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<(object Map, int Number), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly long _limitBytes;

    /// <summary>Creates a cache of at most <paramref name="bytes"/> bytes; 0 keeps nothing.</summary>
    public OffsetMapCache(long bytes = DefaultBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _limitBytes = bytes;
    }

    /// <summary>Bytes of the chunks that it holds.</summary>
    public long UsedBytes { get; private set; }

    internal Chunk? Get(object map, int number)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((map, number), out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Chunk;
        }
    }

    internal void Add(object map, int number, Chunk chunk)
    {
        lock (_gate)
        {
            if (chunk.Bytes > _limitBytes || _entries.ContainsKey((map, number)))
            {
                return;
            }

            while (UsedBytes + chunk.Bytes > _limitBytes)
            {
                Drop(_byUse.Last!);
            }

            _entries.Add((map, number), _byUse.AddFirst(new Entry(map, number, chunk)));
            UsedBytes += chunk.Bytes;
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove((node.Value.Map, node.Value.Number));
        UsedBytes -= node.Value.Chunk.Bytes;
    }

    private readonly record struct Entry(object Map, int Number, Chunk Chunk);
}
