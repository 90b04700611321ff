using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>Keys for S3 from a profile in the home directory.</summary>
public sealed class StorageCredentialsTests : IDisposable
{
    private readonly Scratch _home = new();

    public void Dispose() => _home.Dispose();

    [S3Fact]
    public async Task The_profile_that_is_named_gives_the_keys()
    {
        var server = S3Server.Shared;
        Profiles($"[default]\naws_access_key_id = nobody\naws_secret_access_key = wrong\n[team]\naws_access_key_id = {server.AccessKey}\naws_secret_access_key = {server.SecretKey}\n");

        (await ListAsync(server, "team")).MustExit(0);
        Assert.StartsWith("STORAGE_DENIED: ", (await ListAsync(server, null)).MustExit(3).Error, StringComparison.Ordinal);
    }

    [S3Fact]
    public async Task A_profile_that_does_not_exist_is_refused_with_what_was_tried()
    {
        Profiles("[team]\naws_access_key_id = a\naws_secret_access_key = hidden-71\n");

        var result = (await ListAsync(S3Server.Shared, "no-such-team")).MustExit(3);

        Assert.StartsWith("STORAGE_DENIED: No AWS credentials were found", result.Error, StringComparison.Ordinal);
        Assert.Contains("AWS_PROFILE", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-71", result.Error, StringComparison.Ordinal);
    }

    private void Profiles(string text)
    {
        Directory.CreateDirectory(_home.PathOf(".aws"));
        _home.Write(Path.Combine(".aws", "credentials"), text);
    }

    private async Task<CliResult> ListAsync(S3Server server, string? profile)
    {
        await using var program = CliProgram.Start(
            ["list", "--path", $"s3://{server.Bucket}/{S3Server.NewPrefix()}?endpoint={server.Endpoint}&path_style=true"],
            ("HOME", _home.Root), ("AWS_PROFILE", profile), ("AWS_ACCESS_KEY_ID", null), ("AWS_SECRET_ACCESS_KEY", null), ("AWS_EC2_METADATA_DISABLED", "true"));
        return await program.EndAsync();
    }
}
