namespace KafkaRestore.Engine.Preflight;

/// <summary>How far the checks go, beyond what every run checks.</summary>
public sealed record PreflightDepth
{
    /// <summary>Whether every object is read and its SHA-256 compared with the manifest's.</summary>
    public bool Checksums { get; init; }

    /// <summary>Hears of each object whose checksum was looked at, from any thread: how many bytes it has.</summary>
    public Action<long>? OnChecksum { get; init; }
}
