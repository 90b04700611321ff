using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests;

/// <summary>A test with several cases that starts, stops or reads brokers through the launcher.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LauncherTheoryAttribute : TheoryAttribute
{
    public LauncherTheoryAttribute() => Skip = new KafkaLauncherFactAttribute().Skip;
}
