using System.Text;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Measures the process's memory, and so runs while no other test does.</summary>
[CollectionDefinition(nameof(ManifestMemoryTests), DisableParallelization = true)]
public sealed class ManifestMemoryCollection;

[Collection(nameof(ManifestMemoryTests))]
public sealed class ManifestMemoryTests
{
    [Fact]
    public async Task A_manifest_of_200_000_segments_is_read_without_holding_its_text()
    {
        const int Segments = 200_000;
        using var stream = new GeneratedManifest(Segments);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var manifest = await ManifestReader.ReadAsync(stream, "big", "there", ArchiveLimits.Default, default);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        var segments = manifest.Topics[0].Partitions[0].Segments;
        Assert.Equal(Segments, segments.Count);
        Assert.True(stream.Length > 60_000_000);
        Assert.InRange(after - before, 0, (long)Segments * SegmentEntry.BytesInMemory * 2);
        Assert.Equal(7L * (Segments - 1), segments[^1].StartOffset);
        GC.KeepAlive(manifest);
    }

    /// <summary>A manifest that is made while it is read, so that it never stands in memory.</summary>
    private sealed class GeneratedManifest(int segments) : Stream
    {
        private byte[] _piece = [];
        private int _position;
        private int _next = -1;
        private long _length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_position == _piece.Length)
            {
                _piece = Encoding.UTF8.GetBytes(Piece(_next++));
                _position = 0;
            }

            var read = Math.Min(count, _piece.Length - _position);
            _piece.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            _length += read;
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var bytes = new byte[Math.Min(buffer.Length, 1 << 10)];
            var read = Read(bytes, 0, bytes.Length);
            bytes.AsSpan(0, read).CopyTo(buffer.Span);
            return new(read);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private string Piece(int index)
        {
            if (index < 0)
            {
                return """{"backup_id":"big","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[""";
            }

            if (index >= segments)
            {
                return index == segments ? "]}]}]}" : "";
            }

            var start = 7L * index;
            return $$"""
                {{(index == 0 ? "" : ",")}}{"key":"big/topics/t/partition=0/segment-{{start:D20}}.bin.zst","start_offset":{{start}},"end_offset":{{start + 6}},
                "start_timestamp":1700000000000,"end_timestamp":1700000000001,"record_count":7,"uncompressed_size":1000,"compressed_size":500,
                "sha256":"{{index:x64}}","uploaded_at":1,"covered_start_offset":{{start}},"covered_end_offset":{{start + 6}}}
                """;
        }
    }
}
