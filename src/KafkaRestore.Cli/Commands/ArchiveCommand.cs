using System.CommandLine;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary>A command about one archive: it takes the options that name it, opens its storage and reads its manifest.</summary>
internal abstract class ArchiveCommand : CliCommand
{
    private readonly ArchiveOptions _archive = new();

    protected ArchiveCommand(string name, string description)
        : base(name, description) => _archive.AddTo(this);

    public sealed override string Synopsis => ArchiveOptions.Synopsis;

    public sealed override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var (options, id) = _archive.Read(arguments);
        var storage = StorageFactory.Open(options);
        await using (storage.ConfigureAwait(false))
        {
            var manifest = await ManifestReader.ReadAsync(storage, id, stop).ConfigureAwait(false);
            return await RunAsync(storage, manifest, arguments, context, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Does what the command is about.</summary>
    protected abstract Task<ExitCode> RunAsync(IArchiveStorage storage, Manifest manifest, ParseResult arguments, CommandContext context, CancellationToken stop);
}
