// Writes the sample archive that ./demo restores: dotnet run --project samples/MakeSampleArchive samples/archive
// The same bytes every time, so that the archive in the repository can be checked against this program.
using System.Buffers.Binary;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;

const string BackupId = "web-shop";
const long Begin = 1_767_225_600_000; // 2026-01-01T00:00:00Z

var folder = Directory.CreateDirectory(args.Length == 1 ? args[0] : throw new ArgumentException("usage: MakeSampleArchive FOLDER"));
await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = folder.FullName });

var topics = new List<ManifestTopic>
{
    await WriteTopicAsync("orders", SegmentCompression.Zstd, [1_200, 900, 1_100], recordsPerSegment: 500, Order),
    await WriteTopicAsync("customers", SegmentCompression.Lz4, [400], recordsPerSegment: 400, Customer),
    await WriteTopicAsync("clicks", SegmentCompression.None, [250, 250], recordsPerSegment: 125, Click),
};
await ManifestWriter.WriteAsync(storage, new Manifest { BackupId = BackupId, CreatedAt = Begin + 86_400_000, Compression = "zstd", IsolationLevel = "read_committed", Topics = topics }, default);
Console.WriteLine($"{folder.FullName}: archive '{BackupId}', {topics.Count} topics");

async Task<ManifestTopic> WriteTopicAsync(string topic, SegmentCompression compression, int[] counts, int recordsPerSegment, Func<int, int, RecordData> make)
{
    var partitions = new List<ManifestPartition>();
    for (var partition = 0; partition < counts.Length; partition++)
    {
        var segments = new List<SegmentEntry>();
        for (var first = 0; first < counts[partition]; first += recordsPerSegment)
        {
            var segment = new SegmentWriter(compression);
            for (var i = first; i < Math.Min(first + recordsPerSegment, counts[partition]); i++)
            {
                segment.Append(Tracked(make(partition, i)));
            }

            segments.Add(await segment.WriteAsync(storage, BackupId, topic, partition, uploadedAt: Begin + 86_400_000, default));
        }

        partitions.Add(new ManifestPartition { PartitionId = partition, Segments = segments, CoveredThrough = counts[partition] - 1, SnapshotEndOffset = counts[partition], HighWatermarkAtCapture = counts[partition] });
    }

    return new ManifestTopic { Name = topic, OriginalPartitionCount = counts.Length, SourceReplicationFactor = 1, Partitions = partitions };
}

static RecordData Order(int partition, int i) => new(
    i,
    Begin + (i * 20_000L) + (partition * 7),
    Text($"order-{partition}-{i:D5}"),
    Text($$"""{"order":"{{partition}}-{{i:D5}}","customer":"customer-{{i * 7 % 400:D4}}","cents":{{((i * 131) + partition) % 90_000}},"items":{{(i % 5) + 1}}}"""),
    [new HeaderData(Text("content-type"), Text("application/json"))]);

// Every tenth customer was deleted again: a tombstone.
static RecordData Customer(int partition, int i) => new(
    i,
    Begin + (i * 60_000L),
    Text($"customer-{i:D4}"),
    i % 10 == 9 ? null : Text($$"""{"name":"Customer {{i}}","city":"{{(i % 3 == 0 ? "Zürich" : "Lyon")}}"}"""),
    []);

// No keys; an empty value now and then; one header without a value.
static RecordData Click(int partition, int i) => new(
    i,
    Begin + (i * 1_000L),
    null,
    i % 25 == 0 ? [] : Text($"/product/{i * 13 % 97}"),
    i % 50 == 0 ? [new HeaderData(Text("session"), null)] : []);

static RecordData Tracked(RecordData record) => record with
{
    Headers = [.. record.Headers, new HeaderData(Text("x-original-offset"), Number(record.Offset)), new HeaderData(Text("x-original-timestamp"), Number(record.Timestamp))],
};

static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

static byte[] Number(long number)
{
    var bytes = new byte[8];
    BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
    return bytes;
}
