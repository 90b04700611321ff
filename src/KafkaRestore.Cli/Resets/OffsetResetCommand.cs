using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset</c>: moves consumer groups to the records that they had not read.</summary>
internal sealed class OffsetResetCommand : CommandGroup
{
    public OffsetResetCommand()
        : base("offset-reset", "Moves consumer groups to the first record that they had not read.")
    {
        Add(new PlanCommand());
        Add(new ExecuteCommand());
        Add(new ScriptCommand());
    }

    public override IReadOnlyList<string> Notes =>
    [
        "`plan` shows and writes what would be committed, `execute` commits it, from a plan or at once; `script` writes a script for Kafka's own tool. `offset-reset-bulk` is `execute` for many groups, with a report of times.",
    ];
}
