using KafkaRestore.Cli.Output;

namespace KafkaRestore.Cli.Invocation;

/// <summary>What a command works with besides its arguments.</summary>
/// <param name="Result">Where its result goes.</param>
/// <param name="Log">Where everything else goes.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandContext(ResultWriter Result, ConsoleLog Log, TimeProvider Time) : JobContext(Log, Time);
