using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Serving;
using KafkaRestore.Service.Testing;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>The service of one process, on a directory of its own.</summary>
internal static class StandaloneService
{
    /// <summary>Starts it on what is in a directory.</summary>
    public static Task<ServiceUnderTest> StartAsync(string data) => ServiceUnderTest.StartAsync(Create(data));

    /// <summary>The service without its API.</summary>
    public static LocalRestoreService Create(string data)
    {
        var log = new ConsoleLog(0, ConsoleStyle.Plain, static (_, _) => { });
        return new LocalRestoreService(
            new ServedParts(new JobFolders(data), new ServedConfiguration("RESTORE_", null), log, new ResultWriter(ConsoleStyle.Plain), "here", TimeProvider.System), mostJobs: 2);
    }
}
