using KafkaRestore.Archive.Storage;
using KafkaRestore.Records;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.Storage.Conformance;

internal static class S3TestOptions
{
    public static S3StorageOptions For(S3Server server, string? prefix) => new()
    {
        Bucket = server.Bucket,
        Endpoint = server.Endpoint,
        Prefix = prefix,
        AccessKey = new Secret(server.AccessKey),
        SecretKey = new Secret(server.SecretKey),
    };
}
