using System.CommandLine;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary>The options that name snapshots: <c>--path</c>, <c>--snapshot-id</c>.</summary>
internal static class SnapshotOptions
{
    /// <summary>Creates the option <c>--path</c>.</summary>
    public static Option<string> Path() => new("--path", "-p")
    {
        HelpName = "PATH",
        Description = "Where the snapshots are: a directory, or s3://bucket/prefix?region=…&endpoint=…&path_style=true with the keys from the environment.",
        Required = true,
    };

    /// <summary>Creates the option <c>--snapshot-id</c>.</summary>
    public static Option<string> Id(bool required = true) => new("--snapshot-id", "-s") { HelpName = "ID", Description = "The snapshot.", Required = required };

    /// <summary>Opens the storage that a path names.</summary>
    /// <exception cref="RestoreException">STORAGE_INVALID, STORAGE_DENIED.</exception>
    public static IArchiveStorage Open(string path) => StorageFactory.Open(StorageUrl.Parse(path));
}
