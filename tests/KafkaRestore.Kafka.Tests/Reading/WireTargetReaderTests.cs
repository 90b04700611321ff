using System.Buffers.Binary;
using System.IO.Compression;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Reading.Fetching;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Batches;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Reading;

/// <summary>Answers that real brokers give rarely, and damaged ones.</summary>
public sealed class WireTargetReaderTests
{
    private static readonly ScriptedFetch Nothing = new(0, []);
    private static readonly IReadOnlyList<RecordData> Ten = TestRecords.Ordinary(10);
    private readonly MemoryBudget _budget = new(64 << 20);

    [Fact]
    public async Task A_high_watermark_that_lags_behind_does_not_end_the_reading()
    {
        await using var log = new ScriptedLog
        {
            OnFetch = (n, offset) => (n, offset) switch { (1, _) => new(5, Batch(0, 5)), ( < 5, _) => new(5, []), _ => new(10, Batch(5, 5)) },
            Range = (0, 10),
        };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task Nothing_behind_the_last_record_counts_as_the_end_only_when_the_log_is_said_to_reach_so_far()
    {
        await using var log = new ScriptedLog { OnFetch = (_, offset) => offset == 0 ? new(20, Batch(0, 10)) : new(20, []), Range = (0, 20) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 20));
        log.Range = (0, 10);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(log, 10, 20, new ReadOptions { Deadline = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal(ErrorCodes.TargetUnavailable, failure.Code);
        Assert.Contains("the log ends at offset 10", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_beyond_the_end_proves_that_the_end_is_reached()
    {
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(50, [.. Batch(0, 10), .. Batch(40, 10)]), Range = (0, 50) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 30));
        Assert.Equal(1, log.Fetches);
    }

    [Fact]
    public async Task A_batch_that_a_failing_broker_has_written_twice_at_the_same_offsets_is_read_once()
    {
        await using var log = new ScriptedLog
        {
            OnFetch = (n, _) => n == 1 ? new(10, [.. Batch(0, 4), .. Batch(4, 3), .. Batch(4, 3)]) : new(10, [.. Batch(4, 3), .. Batch(7, 3)]),
            Range = (0, 10),
        };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10));
    }

    [Theory]
    [InlineData(KafkaErrorCode.NotLeaderForPartition)]
    [InlineData(KafkaErrorCode.FencedLeaderEpoch)]
    [InlineData(KafkaErrorCode.UnknownLeaderEpoch)]
    [InlineData(KafkaErrorCode.KafkaStorageError)]
    [InlineData(KafkaErrorCode.UnknownTopicOrPart)]
    [InlineData(KafkaErrorCode.OffsetNotAvailable)]
    public async Task Errors_that_pass_are_survived(KafkaErrorCode error)
    {
        await using var log = new ScriptedLog { OnFetch = (n, _) => n < 3 ? Nothing with { Error = error } : new(10, Batch(0, 10)), Range = (0, 10) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task Cut_connections_are_survived()
    {
        await using var log = new ScriptedLog { OnFetch = (n, offset) => n % 2 == 1 ? Nothing with { IsCut = true } : new(10, Batch(offset, 5)), Range = (0, 10) };

        ReadingStage.AssertRead([.. Ten.Take(5), .. Ten.Skip(5)], await ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task A_quota_holds_back_longer_than_the_deadline()
    {
        await using var log = new ScriptedLog { OnFetch = (n, _) => n < 4 ? Nothing with { ThrottleMs = 200, IsWithoutPartition = true } : new(10, Batch(0, 10)), Range = (0, 10) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10, new ReadOptions { Deadline = TimeSpan.FromMilliseconds(300) }));
    }

    [Fact]
    public async Task An_answer_with_a_part_of_a_batch_makes_the_next_fetch_larger()
    {
        await using var log = new ScriptedLog { OnFetch = (n, _) => new(10, n < 3 ? Batch(0, 10)[..100] : [.. Batch(0, 10), .. Batch(10, 10)[..90]]), Range = (0, 10) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10));
        Assert.Equal(3, log.Fetches);
    }

    [Fact]
    public async Task A_denied_topic_is_named()
    {
        await using var log = new ScriptedLog { OnFetch = (_, _) => Nothing with { Error = KafkaErrorCode.TopicAuthorizationFailed } };

        await AssertFailsAsync(log, ErrorCodes.TargetDenied, "TopicAuthorizationFailed");
    }

    [Fact]
    public async Task A_damaged_batch_is_named_with_its_offset()
    {
        var batch = Batch(30, 10);
        batch[^3] ^= 1;
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(40, [.. Batch(20, 10), .. batch]), Range = (0, 40) };

        await AssertFailsAsync(log, ErrorCodes.TargetCorrupt, "offset 30 cannot be read: its checksum is", from: 20, to: 40);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Message_sets_of_the_old_formats_are_refused_by_name(byte magic)
    {
        var message = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(8), message.Length - 12);
        message[16] = magic;
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(10, message), Range = (0, 10) };

        await AssertFailsAsync(log, ErrorCodes.ForeignWriter, "before Kafka 0.11");
    }

    [Fact]
    public async Task Bytes_that_are_no_batch_are_refused()
    {
        var batch = Batch(0, 10);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), -7);
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(10, batch), Range = (0, 10) };

        await AssertFailsAsync(log, ErrorCodes.TargetCorrupt, "is no batch");
    }

    [Fact]
    public async Task A_batch_that_unpacks_to_more_than_the_limit_is_refused_with_both_numbers()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[20 << 20]);
        }

        var bomb = Sealed([.. Batch(0, 10)[..BatchHeader.Length], .. packed.ToArray()], codec: 1);
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(10, bomb), Range = (0, 10) };

        await AssertFailsAsync(log, ErrorCodes.TargetCorrupt, $"its {packed.Length} bytes unpack to more than {10 << 20}", options: new ReadOptions { MostUnpackedBytes = 10 << 20 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Records_that_are_not_of_the_codec_that_is_named_are_refused(byte codec)
    {
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(10, Sealed(Batch(0, 10), codec)), Range = (0, 10) };

        await AssertFailsAsync(log, ErrorCodes.TargetCorrupt, "cannot be read");
    }

    [Fact]
    public async Task An_offset_that_is_out_of_range_only_for_a_moment_is_survived()
    {
        await using var log = new ScriptedLog { OnFetch = (n, _) => n == 1 ? Nothing with { Error = KafkaErrorCode.OffsetOutOfRange } : new(10, Batch(0, 10)), Range = (0, 0) };

        ReadingStage.AssertRead(Ten, await ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task A_record_with_more_headers_than_the_layout_holds_is_refused_by_name()
    {
        // Length, attributes, two deltas, no key, no value, 70,000 headers without key and with null.
        byte[] body = [0, 0, 0, 1, 1, 0xE0, 0xC5, 0x08, .. Enumerable.Repeat(new byte[] { 0, 1 }, 70_000).SelectMany(header => header)];
        byte[] record = [.. Number(body.Length), .. body];
        var batch = Batch(0, 1)[..BatchHeader.Length].Concat(record).ToArray();
        await using var log = new ScriptedLog { OnFetch = (_, _) => new(1, Sealed(batch, 0)), Range = (0, 1) };

        await AssertFailsAsync(log, ErrorCodes.RecordNotRepresentable, "the record at offset 0 has 70000 headers", to: 1);
    }

    [Fact]
    public async Task The_choice_falls_on_the_wire_where_it_can_and_says_why_where_not()
    {
        await using var log = new ScriptedLog { OnFetch = (_, _) => Nothing };
        await using var wire = await TargetReaders.OpenAsync(log.Connection, _budget);
        await using var client = await TargetReaders.OpenAsync(
            log.Connection with { ClientProperties = new Dictionary<string, string> { ["client.dns.lookup"] = "use_all_dns_ips" } }, _budget);

        Assert.Equal("wire", wire.Description.Reader);
        Assert.Equal("client", client.Description.Reader);
        Assert.Contains("client.dns.lookup", client.Description.Why, StringComparison.Ordinal);
        var nobody = await Assert.ThrowsAsync<RestoreException>(() => TargetReaders.OpenAsync(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] }, _budget));
        Assert.Equal(ErrorCodes.TargetUnreachable, nobody.Code);
    }

    /// <summary>Ordinary records at these offsets.</summary>
    private static byte[] Batch(long baseOffset, int count)
    {
        using var batch = BatchRecords.Build(ProduceCodec.None, [.. TestRecords.Ordinary((int)baseOffset + count).Skip((int)baseOffset)]);
        batch.Stamp(-1, -1, -1);
        var bytes = batch.Bytes.ToArray();
        BinaryPrimitives.WriteInt64BigEndian(bytes, baseOffset);
        return bytes;
    }

    /// <summary>The batch with its length, this codec and a checksum that is right.</summary>
    private static byte[] Sealed(byte[] batch, byte codec)
    {
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        batch[22] = (byte)codec; // of the attributes, these batches have no other
        BatchHeader.WriteChecksum(batch, Crc32C.Of(batch.AsSpan(BatchHeader.ChecksumStart)));
        return batch;
    }

    private static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        for (var rest = (ulong)value << 1; ; rest >>= 7)
        {
            bytes.Add((byte)(rest < 0x80 ? rest : rest | 0x80));
            if (rest < 0x80)
            {
                return [.. bytes];
            }
        }
    }

    private async Task<IReadOnlyList<RecordData>> ReadAsync(ScriptedLog log, long from, long to, ReadOptions? options = null)
    {
        var pool = new BufferPool(keepBytes: 0);
        await using var reader = new WireTargetReader(log.Connection, _budget, pool: pool);
        try
        {
            return await ReadingStage.ReadAsync(reader, ScriptedLog.Partition, from, to, options);
        }
        finally
        {
            Assert.Equal(0, _budget.UsedBytes);
        }
    }

    private async Task AssertFailsAsync(ScriptedLog log, ErrorCode code, string what, long from = 0, long to = 10, ReadOptions? options = null)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(log, from, to, options));
        Assert.Equal((code, ScriptedLog.Partition.ToString()), (failure.Code, failure.Where));
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
    }
}
