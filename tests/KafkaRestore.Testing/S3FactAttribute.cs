using Xunit;

namespace KafkaRestore.Testing;

/// <summary>A test that needs an S3 server; skipped with the reason where there is none.</summary>
public sealed class S3FactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public S3FactAttribute() => Skip = S3Server.WhyMissing;
}
