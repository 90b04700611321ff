using KafkaRestore.Deploy.Tests.Compose;

namespace KafkaRestore.Deploy.Tests.Kubernetes;

/// <summary>A test that needs <c>kubectl kustomize</c>; skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KustomizeTheoryAttribute : TheoryAttribute
{
    public KustomizeTheoryAttribute()
    {
        if (!ComposeFactAttribute.Answers("kubectl", "kustomize", "--help"))
        {
            Skip = "`kubectl kustomize` is not installed";
        }
    }
}
