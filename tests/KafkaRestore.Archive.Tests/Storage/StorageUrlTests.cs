using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage;

public sealed class StorageUrlTests
{
    [Theory]
    [InlineData("/data/backups")]
    [InlineData("backups")]
    [InlineData("./s3:/x")]
    [InlineData("a/b:c")]
    [InlineData("C:\\backups")]
    [InlineData("..")]
    [InlineData("/data/100%")]
    [InlineData(" leading")]
    public void A_path_without_a_scheme_is_a_directory_as_written(string path) =>
        Assert.Equal(new FileSystemStorageOptions { Path = path }, StorageUrl.Parse(path));

    [Theory]
    [InlineData("file:///data/backups", "/data/backups")]
    [InlineData("FILE:///data", "/data")]
    [InlineData("file:///a%20b/%C3%A9%23%3F", "/a b/é#?")]
    [InlineData("file:///é", "/é")]
    public void A_file_address_is_decoded(string address, string path) =>
        Assert.Equal(new FileSystemStorageOptions { Path = path }, StorageUrl.Parse(address));

    [Fact]
    public void A_bucket_alone_is_enough() => Assert.Equal(new S3StorageOptions { Bucket = "bucket" }, StorageUrl.Parse("s3://bucket"));

    [Theory]
    [InlineData("s3://bucket/", null)]
    [InlineData("s3a://bucket/prefix", "prefix")]
    [InlineData("S3://bucket/a/b/", "a/b")]
    [InlineData("s3://bucket/a%20b%23/%7Ec", "a b#/~c")]
    [InlineData("s3://bucket/a+b@c:d", "a+b@c:d")]
    public void An_s3_address_has_a_decoded_prefix(string address, string? prefix) =>
        Assert.Equal(new S3StorageOptions { Bucket = "bucket", Prefix = prefix }, StorageUrl.Parse(address));

    [Fact]
    public void An_s3_address_has_options() => Assert.Equal(
        new S3StorageOptions
        {
            Bucket = "my.bucket_1",
            Prefix = "p",
            Region = "eu-central-1",
            Endpoint = "http://127.0.0.1:9000",
            PathStyle = true,
            AllowHttp = true,
        },
        StorageUrl.Parse("s3://my.bucket_1/p?region=eu-central-1&endpoint=http%3A%2F%2F127.0.0.1:9000&path_style=true&allow_http=true"));

    [Fact]
    public void Empty_options_say_nothing() =>
        Assert.Equal(new S3StorageOptions { Bucket = "bucket", Prefix = "p" }, StorageUrl.Parse("s3://bucket/p?region=&endpoint="));

    [Fact]
    public void Memory_is_memory() => Assert.Equal(new InMemoryStorageOptions(), StorageUrl.Parse("memory://"));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData("a\0b", "NUL")]
    [InlineData("s3:bucket/prefix", "'//'")]
    [InlineData("s3:/bucket/prefix", "'//'")]
    [InlineData("file:/data", "'//'")]
    [InlineData("file://data", "host")]
    [InlineData("file://host/data", "host")]
    [InlineData("file://localhost/data", "host")]
    [InlineData("file:///", "below the root")]
    [InlineData("file:////", "below the root")]
    [InlineData("file:///data?x=1", "query")]
    [InlineData("file:///data#x", "fragment")]
    [InlineData("file:///a%00b", "NUL")]
    [InlineData("file:///a%2", "hexadecimal")]
    [InlineData("file:///a%zz", "hexadecimal")]
    [InlineData("file:///a%FF", "UTF-8")]
    [InlineData("s3://", "bucket")]
    [InlineData("s3:///prefix", "bucket")]
    [InlineData("s3://ab", "bucket")]
    [InlineData("s3://buc ket/p", "bucket")]
    [InlineData("s3://localhost:9000/bucket", "host and port")]
    [InlineData("s3://bucket/p#fragment", "fragment")]
    [InlineData("s3://bucket/p?colour=red", "not known")]
    [InlineData("s3://bucket/p?region=a&region=b", "twice")]
    [InlineData("s3://bucket/p?region=eu/west", "region")]
    [InlineData("s3://bucket/p?path_style=yes", "true or false")]
    [InlineData("s3://bucket/p?path_style", "true or false")]
    [InlineData("s3://bucket/p?allow_http=1", "true or false")]
    [InlineData("s3://bucket/p?endpoint=minio:9000", "http://")]
    [InlineData("s3://bucket/p?endpoint=minio", "http://")]
    [InlineData("s3://bucket/p?endpoint=ftp://minio", "http://")]
    [InlineData("s3://bucket/p?endpoint=https://minio?x=1", "query")]
    [InlineData("s3://bucket/p?endpoint=http://minio:9000&allow_http=false", "allow_http is false")]
    [InlineData("memory://name", "nothing more")]
    [InlineData("azure://account/container", "not supported")]
    [InlineData("az://account/container", "not supported")]
    [InlineData("gcs://bucket", "not supported")]
    [InlineData("gs://bucket/prefix", "not supported")]
    [InlineData("http://bucket/prefix", "not known")]
    [InlineData("s4://bucket/prefix", "not known")]
    [InlineData("s3n://bucket", "not known")]
    public void What_cannot_be_understood_is_refused(string address, string reason)
    {
        var error = Assert.Throws<RestoreException>(() => StorageUrl.Parse(address));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
        Assert.Contains(reason, error.Message + error.Where);
    }

    [Theory]
    [InlineData("s3://AKIA:hunter2@bucket/prefix")]
    [InlineData("s3://bucket/p?access_key=hunter2")]
    [InlineData("s3://bucket/p?secret_access_key=hunter2")]
    [InlineData("s3://bucket/p?session_token=hunter2")]
    [InlineData("s3://bucket/p?endpoint=http://user:hunter2@minio:9000")]
    public void Credentials_are_refused_and_not_repeated(string address)
    {
        var error = Assert.Throws<RestoreException>(() => StorageUrl.Parse(address));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
        Assert.Contains("credentials", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString() + error.Describe());
    }

    [Fact]
    public void Options_that_contradict_themselves_are_refused_when_opened()
    {
        var good = new S3StorageOptions { Bucket = "bucket", Endpoint = "https://127.0.0.1:9" };
        S3StorageOptions[] bad =
        [
            good with { AccessKey = new Secret("a") },
            good with { SecretKey = new Secret("s") },
            good with { SessionToken = new Secret("t") },
            good with { Endpoint = "http://127.0.0.1:9", AllowHttp = false },
            good with { Bucket = "a/b" },
            good with { IdleTimeout = TimeSpan.Zero },
        ];

        Assert.All(bad, options => Assert.Equal(ErrorCodes.StorageInvalid, Assert.Throws<RestoreException>(() => S3Storage.Open(options)).Code));
        Assert.Equal("s3", S3Storage.Open(good).Properties.Kind);
    }

    [Fact]
    public async Task The_factory_opens_every_kind()
    {
        var directory = Directory.CreateTempSubdirectory("kafka-restore-storage-");
        await using var files = StorageFactory.Open(StorageUrl.Parse(directory.FullName));
        await using var bucket = StorageFactory.Open(StorageUrl.Parse("s3://bucket/p?endpoint=https://127.0.0.1:9"));
        await using var memory = StorageFactory.Open(StorageUrl.Parse("memory://"));

        Assert.Equal(("filesystem", directory.FullName), (files.Properties.Kind, files.Properties.Location));
        Assert.Equal(("s3", "s3://bucket/p at https://127.0.0.1:9"), (bucket.Properties.Kind, bucket.Properties.Location));
        Assert.Equal("memory", memory.Properties.Kind);
        directory.Delete();
    }
}
