using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Kmap;

/// <summary><c>offsets</c>: committed offsets in kmap's files.</summary>
internal sealed class OffsetsCommand : CommandGroup
{
    public OffsetsCommand()
        : base("offsets", "Writes committed offsets of consumer groups to a file, and sets them from one.")
    {
        Add(new ExportCommand());
        Add(new ImportCommand());
        Add(new ScriptCommand());
    }

    public override IReadOnlyList<string> Notes =>
    [
        "The files are kmap's. Offsets are set as they are: for the same cluster, or one with the same offsets. After a restore use offset-reset, which translates them. docs/kmap.md has more.",
    ];
}
