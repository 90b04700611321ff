using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>What <c>--version</c> prints.</summary>
internal static class VersionPage
{
    /// <summary>The program's version, and which Kafka client library it uses.</summary>
    public static string Text() => $"{CommandLine.ProgramName} {ProgramVersion.Text}\n{ClientLibrary()}\n";

    private static string ClientLibrary()
    {
        try
        {
            return NativeClientLibrary.EnsureLoaded().ToString();
        }
        catch (RestoreException missing)
        {
            return $"librdkafka is missing: {missing.Describe()}";
        }
    }
}
