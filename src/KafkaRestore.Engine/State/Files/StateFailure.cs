using KafkaRestore.Engine.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Files;

/// <summary>The failures that concern the files of a job's state.</summary>
internal static class StateFailure
{
    /// <summary>A failure of the file system as STATE_UNWRITABLE; null when it is none.</summary>
    public static RestoreException? Translate(Exception error, string what, string path) =>
        SystemErrors.Reason(error) is { } reason ? new RestoreException(ErrorCodes.StateUnwritable, $"{what}: {reason}", path, inner: error) : null;

    /// <summary>A state file and the one before it are of no use.</summary>
    public static RestoreException Corrupt(string what, string path) => new(ErrorCodes.StateCorrupt, what, path);

    /// <summary>A file of a format that this program does not know yet.</summary>
    public static RestoreException Newer(string path, int version, int known) => new(
        ErrorCodes.StateNewer, $"the file has format version {version}, and this program knows versions up to {known}", path);
}

/// <summary>A file that is torn, damaged or not what its name says; the message is the reason.</summary>
internal sealed class StateDamage(string reason) : Exception(reason);
