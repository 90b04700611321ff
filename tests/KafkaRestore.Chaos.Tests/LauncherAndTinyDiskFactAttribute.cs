using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests;

/// <summary>A test that needs a launcher of Kafka and fills a disk of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LauncherAndTinyDiskFactAttribute : FactAttribute
{
    public LauncherAndTinyDiskFactAttribute() => Skip = new KafkaLauncherFactAttribute().Skip ?? TinyDisk.WhyImpossible;
}
