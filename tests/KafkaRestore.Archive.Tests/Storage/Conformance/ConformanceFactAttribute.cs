using KafkaRestore.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace KafkaRestore.Archive.Tests.Storage.Conformance;

/// <summary>
/// A fact of a suite that several classes inherit. Where the inheriting class carries <see cref="RequiresS3Attribute"/> and there is no
/// server, it is shown as skipped with the reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("KafkaRestore.Archive.Tests.Storage.Conformance.ConformanceDiscoverer", "KafkaRestore.Archive.Tests")]
public sealed class ConformanceFactAttribute : FactAttribute;

/// <summary>The tests of this class need an S3 server.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresS3Attribute : Attribute;

public sealed class ConformanceDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new ConformanceTestCase(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

public sealed class ConformanceTestCase : XunitTestCase
{
    [Obsolete("For the deserializer.")]
    public ConformanceTestCase()
    {
    }

    public ConformanceTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute) ?? (NeedsS3 ? S3Server.WhyMissing : null)!;

    private bool NeedsS3 => TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresS3Attribute).AssemblyQualifiedName).Any();
}
