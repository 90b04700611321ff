using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Keys;
using KafkaRestore.Records;

namespace KafkaRestore.Configuration.Rules;

/// <summary>Storage keys belong to a backend, and credentials come in pairs.</summary>
internal static class StorageRules
{
    private const string Endpoint = "storage.endpoint";
    private const string AllowHttp = "storage.allow_http";

    /// <summary>Checks the section; null where it cannot be used or is not read at all.</summary>
    public static StorageOptions? Check(BindingContext context)
    {
        if (context.Draft.Backend is not { } backend)
        {
            return null;
        }

        foreach (var key in ConfigurationKeys.All.Where(key => key.Backends != StorageBackend.None && !key.Backends.HasFlag(backend) && context.IsSet(key.Path)))
        {
            context.Contradiction(key.Path, $"is a key of another backend than {StorageKeys.Word(backend)}", "Remove it, or set storage.backend.");
        }

        switch (backend)
        {
            case StorageBackend.FileSystem:
                context.Missing("storage.path", "Add the directory that holds the archives.");
                return context.Draft.FileSystemPath is { } path ? new FileSystemStorageOptions { Path = path } : null;
            case StorageBackend.S3:
                return CheckS3(context);
            default:
                return new InMemoryStorageOptions();
        }
    }

    private static S3StorageOptions CheckS3(BindingContext context)
    {
        context.Missing("storage.bucket", "Add the bucket that holds the archives.");
        var draft = context.Draft;
        var storage = draft.S3 with
        {
            AccessKey = OneOf("storage.access_key", draft.S3.AccessKey, "storage.access_key_id", draft.AccessKeyId, context),
            SecretKey = OneOf("storage.secret_key", draft.S3.SecretKey, "storage.secret_access_key", draft.SecretAccessKey, context),
        };

        CheckCredentials(storage, context);
        if (storage is { AllowHttp: false, Endpoint: { } endpoint } && endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
        {
            context.Contradiction(AllowHttp, "is false, but the endpoint is without TLS", $"Use an https:// {Endpoint}, or set {AllowHttp}: true.");
        }

        return storage;
    }

    private static Secret OneOf(string path, Secret value, string alias, Secret? other, BindingContext context)
    {
        if (other is not { } second || !context.IsSet(path))
        {
            return other ?? value;
        }

        if (!second.Equals(value))
        {
            context.Contradiction(alias, $"and {path} are two names of one key and have different values", "Keep one of them.");
        }

        return value;
    }

    private static void CheckCredentials(S3StorageOptions storage, BindingContext context)
    {
        var access = context.IsSet("storage.access_key") ? "storage.access_key" : "storage.access_key_id";
        var secret = context.IsSet("storage.secret_key") ? "storage.secret_key" : "storage.secret_access_key";
        if (storage.AccessKey.IsEmpty != storage.SecretKey.IsEmpty && !context.IsBroken(access) && !context.IsBroken(secret))
        {
            var (present, absent) = storage.AccessKey.IsEmpty ? (secret, "access key") : (access, "secret key");
            context.Contradiction(present, $"stands without the {absent}, or that one is empty", "Give both, or neither for the AWS credential chain.");
        }

        if (!storage.SessionToken.IsEmpty && storage.AccessKey.IsEmpty && storage.SecretKey.IsEmpty)
        {
            context.Contradiction("storage.session_token", "stands without the keys that it belongs to", "Give storage.access_key and storage.secret_key, or none of the three.");
        }
    }
}
