namespace KafkaRestore.Kafka.Client;

/// <summary>Which librdkafka the process uses.</summary>
/// <param name="Version">Its version, e.g. <c>2.0.2</c>.</param>
/// <param name="Origin">Whether it came with the program or from the system.</param>
/// <param name="Path">The file, or the name that the system's loader resolved.</param>
public sealed record NativeLibraryDescription(Version Version, NativeLibraryOrigin Origin, string Path)
{
    /// <inheritdoc/>
    public override string ToString() => $"librdkafka {Version} ({(Origin == NativeLibraryOrigin.Packaged ? "packaged" : "system")}, {Path})";
}

/// <summary>Where a native library came from.</summary>
public enum NativeLibraryOrigin
{
    /// <summary>Installed beside the program by its package.</summary>
    Packaged,

    /// <summary>Found by the system's loader.</summary>
    System,
}
