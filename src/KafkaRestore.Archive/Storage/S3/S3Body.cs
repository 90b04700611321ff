using System.Runtime.InteropServices;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>Content as the stream that the SDK wants.</summary>
internal static class S3Body
{
    /// <summary>A stream over an array's memory without a copy, over other memory with one.</summary>
    public static Stream Over(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
}
