using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Archive.Tests.Storage.Conformance;
using KafkaRestore.Archive.Tests.Storage.Doubles;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.Storage.S3;

/// <summary>Tests that change the process's environment run alone.</summary>
[CollectionDefinition("environment", DisableParallelization = true)]
public sealed class EnvironmentCollection;

[Collection("environment")]
public sealed class S3EnvironmentTests : IDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private static readonly string[] s_names =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_EC2_METADATA_DISABLED",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_ENDPOINT_URL_STS", "HOME",
    ];

    private readonly Dictionary<string, string?> _before = s_names.ToDictionary(n => n, Environment.GetEnvironmentVariable);
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kafka-restore-home-");

    public S3EnvironmentTests()
    {
        foreach (var name in s_names)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", _home.FullName);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        _home.Delete(recursive: true);
    }

    [Fact]
    public async Task Without_any_credentials_the_message_names_what_was_tried()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var storage = S3Storage.Open(new S3StorageOptions { Bucket = "bucket", Endpoint = server.Endpoint });

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await storage.StatAsync("a", s_none));

        Assert.Equal(ErrorCodes.StorageDenied, error.Code);
        Assert.All(
            ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "container", "metadata"], word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Credentials_that_appear_later_are_found()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var storage = S3Storage.Open(new S3StorageOptions { Bucket = "bucket", Endpoint = server.Endpoint });
        await Assert.ThrowsAsync<RestoreException>(async () => await storage.StatAsync("a", s_none));

        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "from-environment");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        await storage.StatAsync("a", s_none);

        Assert.Contains("Credential=from-environment/", server.Requests.Single().Headers["Authorization"]);
    }

    [Fact]
    public async Task Keys_token_region_and_endpoint_come_from_the_environment()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "from-environment");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", "token");
        Environment.SetEnvironmentVariable("AWS_DEFAULT_REGION", "eu-west-3");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", server.Endpoint);
        await using (var storage = S3Storage.Open(new S3StorageOptions { Bucket = "bucket", AccessKey = new Secret(""), SecretKey = new Secret("") }))
        {
            await storage.StatAsync("a", s_none);
        }

        Environment.SetEnvironmentVariable("AWS_REGION", "sa-east-1");
        await using (var storage = S3Storage.Open(new S3StorageOptions { Bucket = "bucket" }))
        {
            await storage.StatAsync("a", s_none);
        }

        Assert.Contains("Credential=from-environment/", server.Requests[0].Headers["Authorization"]);
        Assert.Equal("token", server.Requests[0].Headers["X-Amz-Security-Token"]);
        Assert.Contains("/eu-west-3/s3/", server.Requests[0].Headers["Authorization"]);
        Assert.Contains("/sa-east-1/s3/", server.Requests[1].Headers["Authorization"]);
    }

    [Fact]
    public void An_http_endpoint_of_the_environment_is_refused_too_when_http_is_not_allowed()
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");

        var error = Assert.Throws<RestoreException>(() => S3Storage.Open(new S3StorageOptions { Bucket = "bucket", AllowHttp = false }));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
    }

    [Fact]
    public async Task A_web_identity_token_is_changed_for_keys()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var sts = new ScriptedHttpServer(_ => new ScriptedAnswer(200, Encoding.UTF8.GetBytes($"""
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>of-role</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token-of-role</SessionToken><Expiration>{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration>
            </Credentials><SubjectFromWebIdentityToken>sub</SubjectFromWebIdentityToken></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>
            """), new Dictionary<string, string> { ["Content-Type"] = "text/xml" }));
        AssumeRole(sts);

        await StatAsync(server);

        var request = Assert.Single(server.Requests);
        Assert.Contains("Credential=of-role/", request.Headers["Authorization"]);
        Assert.Equal("token-of-role", request.Headers["X-Amz-Security-Token"]);
        Assert.Single(sts.Requests);
    }

    [Fact]
    public async Task A_web_identity_token_that_is_refused_is_one_error_without_the_token()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var sts = new ScriptedHttpServer(_ => new ScriptedAnswer(400, Encoding.UTF8.GetBytes(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>")));
        AssumeRole(sts);

        var error = await Assert.ThrowsAsync<RestoreException>(() => StatAsync(server));

        Assert.Equal(ErrorCodes.StorageDenied, error.Code);
        Assert.Contains("AWS_WEB_IDENTITY_TOKEN_FILE", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-web-token", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Keys_come_from_the_containers_metadata()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var metadata = new ScriptedHttpServer(_ => new ScriptedAnswer(200, Encoding.UTF8.GetBytes(
            $$"""{"AccessKeyId": "of-container", "SecretAccessKey": "s", "Token": "token-of-container", "Expiration": "{{DateTime.UtcNow.AddHours(6):yyyy-MM-ddTHH:mm:ssZ}}", "Code": "Success"}""")));
        Environment.SetEnvironmentVariable("AWS_CONTAINER_CREDENTIALS_FULL_URI", $"{metadata.Endpoint}/keys");

        await StatAsync(server);

        Assert.Contains("Credential=of-container/", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [S3Fact]
    public async Task A_real_server_takes_the_keys_of_the_environment()
    {
        var server = S3Server.Shared;
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", server.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", server.SecretKey);
        await using var storage = S3Storage.Open(S3TestOptions.For(server, S3Server.NewPrefix()) with { AccessKey = default, SecretKey = default });

        await storage.WriteAsync("a", new byte[3], WriteMode.Replace, s_none);

        Assert.Equal(3, (await storage.StatAsync("a", s_none))!.Size);
    }

    private static async Task StatAsync(ScriptedHttpServer server)
    {
        await using var storage = S3Storage.Open(new S3StorageOptions { Bucket = "bucket", Endpoint = server.Endpoint });
        await storage.StatAsync("a", s_none);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_home.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void AssumeRole(ScriptedHttpServer sts)
    {
        Environment.SetEnvironmentVariable("AWS_WEB_IDENTITY_TOKEN_FILE", Write("token", "the-web-token"));
        Environment.SetEnvironmentVariable("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/restore");
        Environment.SetEnvironmentVariable("AWS_ROLE_SESSION_NAME", "restore");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_STS", sts.Endpoint);
    }
}
