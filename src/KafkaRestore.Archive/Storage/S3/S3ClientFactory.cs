using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>Makes the SDK's client behave as an archive needs it.</summary>
internal static class S3ClientFactory
{
    private const int Connections = 256;

    /// <summary>The endpoint that the options or the AWS environment name; null is AWS itself.</summary>
    public static string? FindEndpoint(S3StorageOptions options) =>
        options.Endpoint ?? FromEnvironment("AWS_ENDPOINT_URL_S3") ?? FromEnvironment("AWS_ENDPOINT_URL");

    /// <summary>Creates the client; nothing is sent yet.</summary>
    public static IAmazonS3 Create(S3StorageOptions options, string? endpoint)
    {
        var region = options.Region ?? FromEnvironment("AWS_REGION") ?? FromEnvironment("AWS_DEFAULT_REGION") ?? "us-east-1";
        var config = new AmazonS3Config
        {
            // Retries are the decorators' work: one place, one deadline, and a conditional write must not be repeated unseen.
            MaxErrorRetry = 0,
            ThrottleRetries = false,
            MaxConnectionsPerServer = Connections,
            ConnectTimeout = options.IdleTimeout,
            Timeout = Timeout.InfiniteTimeSpan,

            // Many S3-compatible servers do not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            IgnoreConfiguredEndpointUrls = true,
            ForcePathStyle = options.PathStyle || endpoint is not null,
        };
        if (endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = region;
        }

        return new AmazonS3Client(Credentials(options, config), config);
    }

    private static AWSCredentials Credentials(S3StorageOptions options, AmazonS3Config config)
    {
        if (options.AccessKey.IsEmpty)
        {
            return new DefaultChainCredentials(config);
        }

        return options.SessionToken.IsEmpty
            ? new BasicAWSCredentials(options.AccessKey.Reveal(), options.SecretKey.Reveal())
            : new SessionAWSCredentials(options.AccessKey.Reveal(), options.SecretKey.Reveal(), options.SessionToken.Reveal());
    }

    private static string? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
