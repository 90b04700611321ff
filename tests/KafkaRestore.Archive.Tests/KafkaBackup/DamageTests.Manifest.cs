using System.Text;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed partial class DamageTests
{
    private const string Place = "sample/manifest.json";

    private const string Whole = """
        {
          "backup_id": "sample", "created_at": 5, "source_cluster_id": null, "source_brokers": ["a:1"], "compression": "zstd",
          "topics": [
            { "name": "t", "original_partition_count": 2, "source_replication_factor": null, "configurations": { "a": "b" },
              "partitions": [
                { "partition_id": 1,
                  "segments": [
                    { "key": "sample/topics/t/partition=1/segment-00000000000000000010.bin.zst", "start_offset": 10, "end_offset": 13,
                      "start_timestamp": 1, "end_timestamp": 2, "record_count": 3, "uncompressed_size": 103, "compressed_size": 143,
                      "sha256": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "uploaded_at": 9,
                      "covered_start_offset": 9, "covered_end_offset": 14 } ],
                  "gaps": [ { "start_offset": 20, "end_offset": 30, "reason": "offset_out_of_range", "detected_at": 1 } ],
                  "pruned": [ { "start_offset": 1, "end_offset": 5, "segments": 1, "bytes": 1, "pruned_at": 1, "cutoff_timestamp": 0, "reason": "manual" } ],
                  "covered_through": 14 } ] } ]
        }
        """;

    private const string Key = "sample/topics/t/partition=1/segment-00000000000000000010.bin.zst";

    private static readonly ManifestDamageCase[] s_manifestDamages =
    [
        // The document.
        Invalid("empty", _ => "", "no whole JSON document"),
        Invalid("white space", _ => " \n ", "no whole JSON document"),
        Invalid("not JSON", _ => "<xml/>", "no whole JSON document", "line 1"),
        Invalid("cut off", text => text[..^20], "no whole JSON document", "topics[0]"),
        Invalid("cut in a name", text => text[..(text.IndexOf("record_count", StringComparison.Ordinal) + 3)], "topics[0].partitions[0].segments[0]"),
        Invalid("something after it", text => text + "x", "no whole JSON document"),
        Invalid("twice", text => text + text, "no whole JSON document"),
        Invalid("a list", text => $"[{text}]", "a list, not an object"),
        Invalid("a number", _ => "5", "single value"),
        Invalid("nested without end", text => Replace(text, "\"b\" }", "\"b\" }, \"deep\": " + new string('[', 100_000)), "no whole JSON document"),
        Invalid("a control character in a text", text => Replace(text, "\"a:1\"", "\"\u0001\""), "no whole JSON document"),
        Invalid("half a surrogate", text => Replace(text, "\"a:1\"", "\"\\ud800\""), "source_brokers", "not valid UTF-8"),
        Limit("huge string", text => Replace(text, "a:1", new string('x', 5000)), new ArchiveLimits { ManifestStringBytes = 4000 }, "a string of more than 4000 bytes", "source_brokers"),
        Limit("huge name", text => Replace(text, "\"a\"", $"\"{new string('x', 5000)}\""), new ArchiveLimits { ManifestStringBytes = 4000 }, "more than 4000 bytes", "configurations"),
        Limit("string beyond every buffer", text => Replace(text, "a:1", new string('x', 3_000_000)), ArchiveLimits.Default, "more than 1048576 bytes"),
        Limit("too many segments", text => text, new ArchiveLimits { ManifestSegments = 0 }, "more than 0 segments"),
        Limit("too many topics", text => Replace(text, "\"topics\": [", "\"topics\": [ {\"name\":\"a\",\"partitions\":[]}, {\"name\":\"b\",\"partitions\":[]}, {\"name\":\"c\",\"partitions\":[]},"),
            new ArchiveLimits { ManifestTopics = 2 }, "more than 2 topics"),
        Limit("too many gaps", text => Replace(text, "\"gaps\": [", "\"gaps\": [" + string.Concat(Enumerable.Repeat("{\"start_offset\":1,\"end_offset\":2},", 9))),
            new ArchiveLimits { ManifestTopics = 5 }, "more than 5 gaps"),

        // Types.
        Invalid("topics a number", text => Replace(text, "\"topics\": [", "\"topics\": 5, \"x\": ["), "topics", "a list was expected"),
        Invalid("topics an object", text => Replace(text, "\"topics\": [", "\"topics\": {}, \"x\": ["), "topics", "a list was expected"),
        Invalid("topics null", text => Replace(text, "\"topics\": [", "\"topics\": null, \"x\": ["), "'topics' is missing"),
        Invalid("a topic a text", text => Replace(text, "\"topics\": [", "\"topics\": [ \"t\","), "topics", "an object was expected"),
        Invalid("a topic null", text => Replace(text, "\"topics\": [", "\"topics\": [ null,"), "topics", "an object was expected"),
        Invalid("partitions a text", text => Replace(text, "\"partitions\": [", "\"partitions\": \"1\", \"x\": ["), "topics[0].partitions", "a list was expected"),
        Invalid("segments true", text => Replace(text, "\"segments\": [", "\"segments\": true, \"x\": ["), "segments", "a list was expected"),
        Invalid("segments null", text => Replace(text, "\"segments\": [", "\"segments\": null, \"x\": ["), "'segments' of partition 1 is missing"),
        Invalid("gaps an object", text => Replace(text, "\"gaps\": [", "\"gaps\": {}, \"x\": ["), "gaps", "a list was expected"),
        Invalid("configurations a list", text => Replace(text, "{ \"a\": \"b\" }", "[]"), "configurations", "an object was expected"),
        Invalid("a setting a number", text => Replace(text, "\"a\": \"b\"", "\"a\": 5"), "configurations", "a string was expected"),
        Invalid("a setting an object", text => Replace(text, "\"a\": \"b\"", "\"a\": {}"), "configurations", "a string was expected"),
        Invalid("a broker a number", text => Replace(text, "\"a:1\"", "1"), "source_brokers", "a string was expected"),
        Invalid("a broker a list", text => Replace(text, "\"a:1\"", "[]"), "source_brokers", "a string was expected"),
        Invalid("offset a text", text => Replace(text, "\"start_offset\": 10", "\"start_offset\": \"10\""), "segments[0]", "start_offset is a string"),
        Invalid("offset a list", text => Replace(text, "\"start_offset\": 10", "\"start_offset\": [10]"), "segments[0]", "start_offset is a list"),
        Invalid("offset true", text => Replace(text, "\"start_offset\": 10", "\"start_offset\": true"), "start_offset is true or false"),
        Invalid("offset a fraction", text => Replace(text, "\"start_offset\": 10", "\"start_offset\": 10.5"), "start_offset is no whole number"),
        Invalid("offset beyond 64 bits", text => Replace(text, "\"end_offset\": 13", "\"end_offset\": 99999999999999999999"), "end_offset is no whole number of 64 bits"),
        Invalid("offset the largest number", text => Replace(text, "\"end_offset\": 13", "\"end_offset\": 9223372036854775807"), "end_offset", "beyond every offset"),
        Invalid("size true", text => Replace(text, "\"compressed_size\": 143", "\"compressed_size\": true"), "compressed_size is true or false"),
        Invalid("name a number", text => Replace(text, "\"name\": \"t\"", "\"name\": 5"), "topics[0]", "name is a number"),
        Invalid("digest a number", text => Replace(text, "\"sha256\": \"00", "\"sha256\": 5, \"x\": \"00"), "sha256 is a number"),
        Invalid("digest true", text => Replace(text, "\"sha256\": \"00", "\"sha256\": true, \"x\": \"00"), "sha256 is true or false"),
        Invalid("digest of another length", text => Replace(text, "\"sha256\": \"00", "\"sha256\": \"0"), Key, "not 64 hexadecimal digits"),
        Invalid("digest of other letters", text => Replace(text, "\"sha256\": \"00", "\"sha256\": \"0g"), "not 64 hexadecimal digits"),

        // Values.
        Invalid("negative offset", text => Replace(text, "\"start_offset\": 10", "\"start_offset\": -1"), "segments[0]", "start_offset -1 is negative"),
        Invalid("negative size", text => Replace(text, "\"compressed_size\": 143", "\"compressed_size\": -1"), "compressed_size -1 is negative"),
        Invalid("end before start", text => Replace(text, "\"end_offset\": 13", "\"end_offset\": 9"), Key, "ends at offset 9, before its start 10"),
        Invalid("more records than offsets", text => Replace(text, "\"record_count\": 3", "\"record_count\": 5"), Key, "cannot hold 5 records between offsets 10 and 13"),
        Invalid("negative count", text => Replace(text, "\"record_count\": 3", "\"record_count\": -3"), "cannot hold -3 records"),
        Invalid("covers less than it holds", text => Replace(text, "\"covered_start_offset\": 9", "\"covered_start_offset\": 11"), Key, "cannot cover 11..14"),
        Invalid("covers less than it holds at the end", text => Replace(text, "\"covered_end_offset\": 14", "\"covered_end_offset\": 12"), "cannot cover 9..12"),
        Invalid("covers everything", text => Replace(text, "\"covered_end_offset\": 14", "\"covered_end_offset\": 9223372036854775807"), "cannot cover"),
        Invalid("gap the wrong way round", text => Replace(text, "\"end_offset\": 30", "\"end_offset\": 3"), "gaps[0]", "ends at offset 3, before its start 20"),
        Invalid("pruned range the wrong way round", text => Replace(text, "\"end_offset\": 5", "\"end_offset\": 0"), "pruned[0]", "before its start 1"),
        Invalid("partition below zero", text => Replace(text, "\"partition_id\": 1", "\"partition_id\": -1"), "partition_id -1"),
        Invalid("partition beyond 32 bits", text => Replace(text, "\"partition_id\": 1", "\"partition_id\": 2147483648"), "partition_id 2147483648"),
        Invalid("partition count beyond 32 bits", text => Replace(text, "\"original_partition_count\": 2", "\"original_partition_count\": 2147483648"), "original_partition_count 2147483648"),
        Invalid("partition listed twice", text => Replace(text, "\"partitions\": [", "\"partitions\": [ {\"partition_id\": 1, \"segments\": []},"), "partition 1 of topic 't' is listed twice"),
        Invalid("topic listed twice", text => Replace(text, "\"topics\": [", "\"topics\": [ {\"name\": \"t\", \"partitions\": []},"), "topic 't' is listed twice"),
        Invalid("field given twice", text => Replace(text, "\"record_count\": 3", "\"record_count\": 3, \"record_count\": 4"), "segments[0]", "'record_count' is given twice"),
        Invalid("list given twice", text => Replace(text, "\"segments\": [", "\"segments\": [], \"segments\": ["), "'segments' is given twice"),
        Invalid("setting given twice", text => Replace(text, "\"a\": \"b\"", "\"a\": \"b\", \"a\": \"c\""), "'a' is given twice"),
        Invalid("another archive's", text => Replace(text, "\"backup_id\": \"sample\"", "\"backup_id\": \"other\""), "belongs to archive 'other'", "folder of 'sample'"),
        Invalid("topic without a name", text => Replace(text, "\"name\": \"t\"", "\"name\": \"\""), "'' is not a topic name"),
        Invalid("topic with a path", text => Replace(text, "\"name\": \"t\"", "\"name\": \"../t\""), "'../t' is not a topic name"),
        Invalid("topic of two dots", text => Replace(text, "\"name\": \"t\"", "\"name\": \"..\""), "'..' is not a topic name"),
        Invalid("topic of 250 letters", text => Replace(text, "\"name\": \"t\"", $"\"name\": \"{new string('t', 250)}\""), "not a topic name (250 characters)"),
        Invalid("topic that writes to the terminal", text => Replace(text, "\"name\": \"t\"", "\"name\": \"\\u001b[2Jt\""), "\\u001b[2Jt"),

        // Required fields.
        .. new[] { "backup_id", "created_at", "topics", "name", "partitions", "partition_id", "segments", "key", "start_offset", "end_offset", "start_timestamp", "end_timestamp", "record_count" }
            .Select(field => Invalid($"without {field}", text => Replace(text, $"\"{field}\"", "\"other\""), $"'{field}'", "is missing")),

        // Keys.
        Unsafe("key that climbs", "sample/../other/segment", "'..'"),
        Unsafe("key that climbs at the end", "sample/..", "'..'"),
        Unsafe("key with a dot", "sample/./x", "'.'"),
        Unsafe("key with an empty part", "sample//x", "empty"),
        Unsafe("absolute key", "/etc/passwd", "outside the archive's folder 'sample/'"),
        Unsafe("key of another archive", "other/topics/t/partition=1/segment-1.bin", "outside the archive's folder 'sample/'", "other/topics"),
        Unsafe("key of an archive that begins alike", "sample2/x", "outside the archive's folder"),
        Unsafe("key that is the folder", "sample", "outside the archive's folder"),
        Unsafe("empty key", "", "it is empty"),
        Unsafe("key with a backslash", "sample/a\\\\..\\\\b", "backslash"),
        Unsafe("key with a line break", "sample/a\\nb", "control character", "a\\u000ab"),
        Unsafe("key with a NUL", "sample/a\\u0000b", "control character"),
        Unsafe("key that is a URL", "file:///etc/passwd", "outside the archive's folder"),
    ];

    [Fact]
    public async Task The_manifest_that_is_damaged_here_is_whole()
    {
        var manifest = await ReadManifestAsync(new(Encoding.UTF8.GetBytes(Whole), ArchiveLimits.Default));
        var partition = Assert.Single(Assert.Single(manifest.Topics).Partitions);
        Assert.Null(Assert.Single(partition.Segments).OddKey);
        Assert.Equal((20L, 30L), (partition.Gaps[0].Start, partition.Gaps[0].End));
        Assert.Equal((1L, 5L, 1L), (partition.Pruned[0].Start, partition.Pruned[0].End, partition.Pruned[0].Segments));
    }

    private static ManifestDamageCase Invalid(string name, Func<string, string> change, params string[] words) =>
        new(name, () => new(Encoding.UTF8.GetBytes(change(Whole)), ArchiveLimits.Default), ErrorCodes.ManifestInvalid, [.. words, Place]);

    private static ManifestDamageCase Limit(string name, Func<string, string> change, ArchiveLimits limits, params string[] words) =>
        new(name, () => new(Encoding.UTF8.GetBytes(change(Whole)), limits), ErrorCodes.ArchiveLimit, [.. words, Place]);

    private static ManifestDamageCase Unsafe(string name, string key, params string[] words) =>
        new(name, () => new(Encoding.UTF8.GetBytes(Replace(Whole, Key, key)), ArchiveLimits.Default), ErrorCodes.ArchiveUnsafeKey, words);

    /// <summary>Replaces the first of something that must be there.</summary>
    private static string Replace(string text, string what, string by)
    {
        var at = text.IndexOf(what, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{what} is not in the manifest");
        return string.Concat(text.AsSpan(0, at), by, text.AsSpan(at + what.Length));
    }

    private static async Task<Manifest> ReadManifestAsync(DamagedManifest damaged)
    {
        var storage = new InMemoryStorage();
        await storage.WriteAsync(Place, damaged.Bytes, default, default);
        return await ManifestReader.ReadAsync(storage, "sample", default, damaged.Limits);
    }

    private sealed record DamagedManifest(byte[] Bytes, ArchiveLimits Limits);

    private sealed record ManifestDamageCase(string Name, Func<DamagedManifest> Make, ErrorCode Code, string[] Words);
}
