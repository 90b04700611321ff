using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>Header keys as the strings that Confluent.Kafka wants: a lane sees the same few keys in every record.</summary>
internal sealed class HeaderKeyCache
{
    private const int MostKeys = 1_024;
    private const int LongestKey = 256;

    private readonly Dictionary<byte[], string> _strings = new(BytesComparer.Instance);
    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    internal HeaderKeyCache() => _lookup = _strings.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The key as a string; false when it is not UTF-8, so that it could not be turned back into its bytes.</summary>
    internal bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out string? text)
    {
        if (_lookup.TryGetValue(key, out text))
        {
            return true;
        }

        if (!Utf8.IsValid(key))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(key);
        if (_strings.Count < MostKeys && key.Length <= LongestKey)
        {
            _strings.Add(key.ToArray(), text);
        }

        return true;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        internal static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
