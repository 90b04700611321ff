using KafkaRestore.Configuration.Values;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The section <c>storage</c>: where the archive lives.</summary>
internal static class StorageKeys
{
    public const string Section = "storage";

    /// <summary>The words of <c>storage.backend</c>.</summary>
    public static readonly IReadOnlyList<(string Word, StorageBackend Backend)> Backends =
    [
        ("s3", StorageBackend.S3),
        ("filesystem", StorageBackend.FileSystem),
        ("memory", StorageBackend.Memory),
        ("azure", StorageBackend.Azure),
        ("gcs", StorageBackend.Gcs),
    ];

    private const string NoAzure = "archives on Azure Blob Storage cannot be read";
    private const string NoGcs = "archives on Google Cloud Storage cannot be read";

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        BetterInPart(
            "storage.backend",
            new ChoiceReader<StorageBackend>([.. Backends]),
            "required",
            "Where the archive lives.",
            "`azure` and `gcs` are refused: not supported yet",
            backend => backend switch
            {
                StorageBackend.Azure => $"not supported yet: {NoAzure}",
                StorageBackend.Gcs => $"not supported yet: {NoGcs}",
                _ => null,
            },
            "Copy the archive to a directory or to an S3-compatible service.",
            (draft, value) => draft.Backend = value),
        Works("storage.path", new TextValueReader("path"), "required", "The directory that holds the archives.", (draft, value) => draft.FileSystemPath = value, StorageBackend.FileSystem),
        Works("storage.bucket", new TextValueReader(), "required", "The bucket.", (draft, value) => draft.S3 = draft.S3 with { Bucket = value }, StorageBackend.S3 | StorageBackend.Gcs),
        Works("storage.prefix", new TextValueReader(allowEmpty: true), "none", "What stands before every key.", (draft, value) => draft.S3 = draft.S3 with { Prefix = value }, StorageBackend.S3 | StorageBackend.Azure | StorageBackend.Gcs),
        Works("storage.region", new TextValueReader(), "the AWS environment's, else `us-east-1`", "The region.", (draft, value) => draft.S3 = draft.S3 with { Region = value }, StorageBackend.S3),
        Works("storage.endpoint", new TextValueReader("URL", check: Checks.HttpUrl), "AWS", "The URL of a service other than AWS.", (draft, value) => draft.S3 = draft.S3 with { Endpoint = value }, StorageBackend.S3 | StorageBackend.Azure),
        Better(
            "storage.access_key",
            new SecretReader(isName: true),
            "the AWS credential chain",
            "The access key.",
            "an empty one means the credential chain, not an empty credential; without the secret key it is refused",
            (draft, value) => draft.S3 = draft.S3 with { AccessKey = value },
            StorageBackend.S3),
        Works("storage.access_key_id", new SecretReader(isName: true), "", "Another name of access_key.", (draft, value) => draft.AccessKeyId = value, StorageBackend.S3),
        Better(
            "storage.secret_key",
            new SecretReader(),
            "the AWS credential chain",
            "The secret key.",
            "as access_key",
            (draft, value) => draft.S3 = draft.S3 with { SecretKey = value },
            StorageBackend.S3),
        Works("storage.secret_access_key", new SecretReader(), "", "Another name of secret_key.", (draft, value) => draft.SecretAccessKey = value, StorageBackend.S3),
        Own("storage.session_token", new SecretReader(), "none", "The session token that belongs to the keys.", (draft, value) => draft.S3 = draft.S3 with { SessionToken = value }, StorageBackend.S3),
        Works("storage.path_style", new BooleanReader(), "false; true with an endpoint", "Whether the bucket stands in the path instead of the host name.", (draft, value) => draft.S3 = draft.S3 with { PathStyle = value }, StorageBackend.S3),
        Better(
            "storage.allow_http",
            new BooleanReader(),
            "as the endpoint says",
            "Whether an endpoint without TLS is allowed.",
            "`false` refuses an http:// endpoint instead of being overruled by it",
            (draft, value) => draft.S3 = draft.S3 with { AllowHttp = value },
            StorageBackend.S3 | StorageBackend.Azure),
        Azure("account_name", new TextValueReader(), "the storage account."),
        Azure("container_name", new TextValueReader(), "the container."),
        Azure("account_key", new SecretReader(), "the account's key."),
        Azure("use_workload_identity", new BooleanReader(), "whether the workload's identity is used."),
        Azure("use_emulator", new BooleanReader(), "whether the emulator is asked."),
        Azure("client_id", new TextValueReader(), "the client's id."),
        Azure("tenant_id", new TextValueReader(), "the tenant's id."),
        Azure("client_secret", new SecretReader(), "the client's secret."),
        Azure("sas_token", new SecretReader(), "a shared access signature."),
        OfRefusedStorage("storage.service_account_path", new TextValueReader("path"), "gcs: the service account's file.", NoGcs, StorageBackend.Gcs),
    ];

    /// <summary>The word of a backend.</summary>
    public static string Word(StorageBackend backend) => Backends.First(pair => pair.Backend == backend).Word;

    private static ConfigurationKey Azure<T>(string name, ValueReader<T> reader, string meaning) =>
        OfRefusedStorage($"{Section}.{name}", reader, $"azure: {meaning}", NoAzure, StorageBackend.Azure);
}
