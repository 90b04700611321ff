using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Preflight.Tests.Support;
using KafkaRestore.Records;
using static KafkaRestore.Preflight.Tests.Support.Expected;

namespace KafkaRestore.Preflight.Tests.Situations;

/// <summary>Objects, and the right to read them.</summary>
internal static class StorageSituations
{
    public static IEnumerable<Situation> All =>
    [
        new("an object that is missing", stage => Missing(stage), Error(FindingKinds.ObjectMissing, "gone.bin")),
        new("an object that is missing, left out",
            async stage =>
            {
                await Missing(stage);
                stage.Options = Skipping;
            },
            Warning(FindingKinds.ObjectMissing, "on_damaged_segment: skip")),
        new("an object of another size", stage => OtherSize(stage), Error(FindingKinds.ObjectSize)),
        new("an object of another size, left out",
            async stage =>
            {
                await OtherSize(stage);
                stage.Options = Skipping;
            },
            Warning(FindingKinds.ObjectSize)),
        new("an object of another size, taken at its word",
            async stage =>
            {
                stage.Archive.Describe = entry => entry with { CompressedSize = entry.CompressedSize + 1 };
                stage.Options = options => options with { TrustSegments = true };
                await stage.CreateTopicAsync();
            },
            Warning(FindingKinds.ObjectSize, "trust_segment")),
        new("an object that was changed",
            stage => Changed(stage),
            Error(FindingKinds.SegmentDamaged, "on_damaged_segment: skip")),
        new("an object that was changed, left out",
            async stage =>
            {
                await Changed(stage);
                stage.Options = Skipping;
            },
            Warning(FindingKinds.SegmentDamaged, "It is left out")),
        new("an object that was changed, with checksums",
            async stage =>
            {
                await Changed(stage);
                stage.Depth = new PreflightDepth { Checksums = true };
            },
            Error(FindingKinds.ObjectChecksum, "the manifest says")),
        new("an object that was changed and is not looked into, with checksums",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(3)).Add(Stage.Records(3, first: 3)).Add(Stage.Records(3, first: 6));
                await Changed(stage, segment: 1);
                stage.Depth = new PreflightDepth { Checksums = true };
            },
            Error(FindingKinds.ObjectChecksum)),
        new("a whole archive with checksums",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.Depth = new PreflightDepth { Checksums = true };
            }),
        new("a manifest without checksums, with checksums",
            async stage =>
            {
                stage.Archive.Describe = entry => entry with { Sha256 = null };
                await stage.CreateTopicAsync();
                stage.Depth = new PreflightDepth { Checksums = true };
            },
            Info(FindingKinds.ObjectChecksum, "no SHA-256 for 1 segment(s)")),
        new("a storage key that is wrong",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.Storage = stage.Storage with { SecretKey = new Secret("not-this-one") };
            },
            Error(FindingKinds.StorageFailed)),
        new("a bucket that does not exist",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.Storage = stage.Storage with { Bucket = "no-such-bucket" };
            },
            Error(FindingKinds.StorageFailed, "bucket")),
        new("a key without the right to decrypt",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.ThroughProxy(static (method, path) => method == "GET" && path.Contains("segment-", StringComparison.Ordinal));
            },
            Error(FindingKinds.ObjectAccess, "AccessDenied")),
        new("the newest object behind another key",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(3), uploadedAt: 1).Add(Stage.Records(3, first: 3), uploadedAt: 2).Add(Stage.Records(3, first: 6), uploadedAt: 3);
                await stage.CreateTopicAsync();
                stage.ThroughProxy(static (method, path) => method == "GET" && path.Contains("segment-00000000000000000006", StringComparison.Ordinal));
            },
            Error(FindingKinds.ObjectAccess, "segment-00000000000000000006")),
        new("objects in an archived storage class",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.ThroughProxy(static (_, _) => false, "GLACIER");
            },
            Error(FindingKinds.StorageClass, "GLACIER")),
        new("objects in a deep archive",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.ThroughProxy(static (_, _) => false, "DEEP_ARCHIVE");
            },
            Error(FindingKinds.StorageClass, "DEEP_ARCHIVE")),
        new("objects of which a read is billed",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.ThroughProxy(static (_, _) => false, "GLACIER_IR");
            },
            Warning(FindingKinds.StorageClass, "1 object(s) rest in the storage class GLACIER_IR")),
    ];

    private static RestoreOptions Skipping(RestoreOptions options) => options with { Skips = new SkipOptions { DamagedSegments = true } };

    private static Task Missing(Stage stage)
    {
        stage.Archive.Describe = entry => entry with { OddKey = $"{stage.Archive.BackupId}/topics/gone.bin" };
        return stage.CreateTopicAsync();
    }

    private static Task OtherSize(Stage stage)
    {
        stage.AfterWriting = storage => storage.WriteAsync(stage.Archive.KeyOf(0), new byte[3], WriteMode.Replace, CancellationToken.None).AsTask();
        return stage.CreateTopicAsync();
    }

    private static Task Changed(Stage stage, int segment = 0)
    {
        stage.AfterWriting = storage =>
        {
            var bytes = stage.Archive.BytesOf(segment).ToArray();
            bytes[bytes.Length / 2] ^= 0x40;
            return storage.WriteAsync(stage.Archive.KeyOf(segment), bytes, WriteMode.Replace, CancellationToken.None).AsTask();
        };
        return stage.CreateTopicAsync();
    }
}
