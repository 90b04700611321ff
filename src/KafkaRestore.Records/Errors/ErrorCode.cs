namespace KafkaRestore.Records.Errors;

/// <summary>
/// A kind of failure. The word is stable: scripts may match it, docs/errors.md lists it.
/// </summary>
/// <param name="Word">Upper-case words joined by underscores, e.g. <c>ARCHIVE_CORRUPT</c>.</param>
/// <param name="Exit">The exit code when this failure ends a command.</param>
/// <param name="Meaning">One sentence: what happened.</param>
/// <param name="Remedy">One sentence: what a person can do about it.</param>
public sealed record ErrorCode(string Word, ExitCode Exit, string Meaning, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => Word;
}
