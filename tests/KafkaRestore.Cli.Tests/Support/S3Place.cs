using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>A prefix of its own in a bucket of a real S3 server, and how the program is told of it.</summary>
internal sealed class S3Place
{
    private readonly string _prefix = S3Server.NewPrefix();

    /// <summary>For <c>--path</c> and its like.</summary>
    public string Url => UrlOf(S3Server.Shared.Bucket, S3Server.Shared.Endpoint);

    /// <summary>For <c>storage</c> of a configuration file, as one flow mapping.</summary>
    public string Yaml => $"{{backend: s3, bucket: {S3Server.Shared.Bucket}, prefix: {_prefix}, endpoint: \"{S3Server.Shared.Endpoint}\", path_style: true, allow_http: true}}";

    /// <summary>The directory that the server keeps the prefix in; each object is a file.</summary>
    public string Folder => Path.Combine(S3Server.Shared.BucketDirectory, _prefix);

    /// <summary>The same prefix in another bucket, or over another door.</summary>
    public string UrlOf(string bucket, string endpoint) => $"s3://{bucket}/{_prefix}?endpoint={endpoint}&path_style=true&allow_http=true";

    /// <summary>Runs the program with the keys of the server.</summary>
    public static Task<CliResult> RunAsync(params string[] arguments) => RunWithAsync(S3Server.Shared.SecretKey, arguments);

    /// <summary>Runs the program with another secret.</summary>
    public static async Task<CliResult> RunWithAsync(string secret, params string[] arguments)
    {
        await using var program = CliProgram.Start(arguments, ("AWS_ACCESS_KEY_ID", S3Server.Shared.AccessKey), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_REGION", "us-east-1"));
        return await program.EndAsync();
    }

    /// <summary>Puts a golden archive there.</summary>
    public void CopyArchive(string id)
    {
        var source = Path.Combine(Golden.Backups, id);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, id, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
