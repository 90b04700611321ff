namespace KafkaRestore.Offsets.Tests.Scripts;

/// <summary>A test that needs bash.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs bash" : null;
}

/// <summary>A test with several cases that needs bash.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "needs bash" : null;
}
