using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>
/// The AWS default credential chain, asked when the first request needs it and bounded in time: a machine without any credentials
/// would else wait for a metadata service that nobody runs.
/// </summary>
internal sealed class DefaultChainCredentials(IClientConfig config) : AWSCredentials
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private Task<AWSCredentials>? _found;

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            var source = await FindOnce().WaitAsync(s_limit).ConfigureAwait(false);
            return await source.GetCredentialsAsync().WaitAsync(s_limit).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AmazonClientException or TimeoutException or HttpRequestException or ArgumentException)
        {
            throw new RestoreException(
                ErrorCodes.StorageDenied,
                "No AWS credentials were found: tried the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, "
                + "AWS_WEB_IDENTITY_TOKEN_FILE), the profile (AWS_PROFILE, ~/.aws), the container's and the machine's metadata service",
                hint: "Set access_key and secret_key, or provide one of these.",
                inner: error);
        }
    }

    private Task<AWSCredentials> FindOnce()
    {
        lock (_gate)
        {
            if (_found is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _found = Task.Run(FindAsync);
            }

            return _found;
        }
    }

    private async Task<AWSCredentials> FindAsync()
    {
        using var resolver = new DefaultAWSCredentialsIdentityResolver();
        var found = await resolver.ResolveIdentityAsync(config).ConfigureAwait(false) as AWSCredentials
            ?? throw new AmazonClientException("the chain gave no credentials");

        // Some sources only fail when they are asked for the keys.
        await found.GetCredentialsAsync().ConfigureAwait(false);
        return found;
    }
}
