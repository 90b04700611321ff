using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map</c>: which target offset every restored record got.</summary>
internal sealed class OffsetMapCommand : CommandGroup
{
    public OffsetMapCommand()
        : base("offset-map", "Shows, translates, writes, reads and rebuilds the map of source to target offsets.")
    {
        Add(new ShowCommand());
        Add(new TranslateCommand());
        Add(new ExportCommand());
        Add(new ImportCommand());
        Add(new RebuildCommand());
    }

    public override IReadOnlyList<string> Notes =>
    [
        "A restore keeps the map in its state: every run of the job is in it. docs/offset-maps.md says what it is and what it does not know.",
    ];
}
