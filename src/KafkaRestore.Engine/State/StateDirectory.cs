using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>Where the state of jobs goes when nobody has named a place: as the platform's programs do.</summary>
public static class StateDirectory
{
    private const string Name = "kafka-restore";

    /// <summary>The directory: <paramref name="explicitDirectory"/> when given, else the platform's.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: the environment does not say where.</exception>
    public static string Find(string? explicitDirectory = null) =>
        string.IsNullOrWhiteSpace(explicitDirectory) ? Default(CurrentPlatform(), Environment.GetEnvironmentVariable) : Path.GetFullPath(explicitDirectory);

    /// <summary>This machine's file system.</summary>
    public static IStateFiles LocalFiles => LocalStateFiles.Instance;

    internal enum Platform
    {
        /// <summary>Linux and the like: the XDG base directories.</summary>
        Unix,

        /// <summary>macOS.</summary>
        Mac,

        /// <summary>Windows.</summary>
        Windows,
    }

    internal static string Default(Platform platform, Func<string, string?> variable) => platform switch
    {
        Platform.Windows => Path.Combine(Require(variable, "LOCALAPPDATA"), Name),
        Platform.Mac => Path.Combine(Require(variable, "HOME"), "Library", "Application Support", Name),

        // A relative XDG_STATE_HOME is invalid by the specification, and to be ignored.
        _ => variable("XDG_STATE_HOME") is { } home && home.StartsWith('/') ? Path.Combine(home, Name)
            : Path.Combine(Require(variable, "HOME"), ".local", "state", Name),
    };

    private static string Require(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } value
            ? value
            : throw new RestoreException(
                ErrorCodes.StateUnwritable,
                $"there is no place for the state of jobs: the environment variable {name} is not set",
                hint: $"Set restore.checkpoint_state to a file, or set {name}.");

    private static Platform CurrentPlatform() =>
        OperatingSystem.IsWindows() ? Platform.Windows : OperatingSystem.IsMacOS() ? Platform.Mac : Platform.Unix;
}
