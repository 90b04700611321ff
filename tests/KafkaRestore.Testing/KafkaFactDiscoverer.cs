using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace KafkaRestore.Testing;

/// <summary>Finds the tests of <see cref="KafkaFactAttribute"/>; where only the mock is at hand, those of a <see cref="RealKafkaOnlyAttribute"/> class are left out by name.</summary>
public sealed class KafkaFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    /// <inheritdoc/>
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new Case(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);

    /// <summary>One such test.</summary>
    public sealed class Case : XunitTestCase
    {
        /// <summary>For the test runner, which reads cases back.</summary>
        [EditorBrowsable(EditorBrowsableState.Never)]
        [Obsolete("For the test runner only.")]
        public Case()
        {
        }

        internal Case(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
            : base(messages, display, options, method)
        {
        }

        /// <inheritdoc/>
        protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
            TestMethod.TestClass.Class.GetCustomAttributes(typeof(RealKafkaOnlyAttribute)).Any() ? KafkaFactConditions.WhyNotReal : base.GetSkipReason(factAttribute);
    }
}
