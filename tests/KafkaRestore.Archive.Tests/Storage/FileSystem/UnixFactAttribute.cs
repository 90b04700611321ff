namespace KafkaRestore.Archive.Tests.Storage.FileSystem;

/// <summary>A test of something that only Linux has in this form.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}
