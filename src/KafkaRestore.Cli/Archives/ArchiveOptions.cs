using System.CommandLine;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Archives;

/// <summary>The options that name an archive: <c>--path</c> and <c>--backup-id</c>, or <c>--config</c> instead of both.</summary>
internal sealed class ArchiveOptions
{
    /// <summary>What must be typed.</summary>
    public const string Synopsis = "(--path PATH --backup-id ID | --config FILE)";

    /// <summary>Where archives are.</summary>
    public Option<string> Path { get; } = new("--path", "-p")
    {
        HelpName = "PATH",
        Description = "Where the archives are: a directory, or s3://bucket/prefix?region=…&endpoint=…&path_style=true with the keys from the environment.",
    };

    /// <summary>Which archive.</summary>
    public Option<string> BackupId { get; } = new("--backup-id", "-b") { HelpName = "ID", Description = "The archive's id." };

    /// <summary>A configuration file that says both.</summary>
    public Option<string> Config { get; } = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "A configuration file whose `storage` and `backup_id` are used instead of --path and --backup-id.",
    };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Add(Path);
        command.Add(BackupId);
        command.Add(Config);
        command.Validators.Add(result =>
        {
            var config = result.GetResult(Config) is not null;
            if (config && (result.GetResult(Path) ?? result.GetResult(BackupId)) is not null)
            {
                result.AddError("--config already says where the archive is; leave --path and --backup-id out");
            }
            else if (!config && (result.GetResult(Path) is null || result.GetResult(BackupId) is null))
            {
                result.AddError("--path and --backup-id are needed, or --config");
            }
        });
    }

    /// <summary>Which storage and archive the arguments name.</summary>
    /// <exception cref="RestoreException">The address or the configuration is wrong.</exception>
    public (StorageOptions Storage, string BackupId) Read(ParseResult arguments)
    {
        if (arguments.GetValue(Config) is { } file)
        {
            var options = new ConfigurationReader().ReadFile(file).Require().Options;
            return (options.Storage, options.BackupId);
        }

        return (StorageUrl.Parse(arguments.GetValue(Path)!), arguments.GetValue(BackupId)!);
    }
}
