using KafkaRestore.Service.Testing;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>The service of one process, on a directory of its own.</summary>
internal static class StandaloneService
{
    /// <summary>Starts it on what is in a directory.</summary>
    public static Task<ServiceUnderTest> StartAsync(string data)
    {
        var service = Create(data);
        return ServiceUnderTest.StartAsync(service, service);
    }

    /// <summary>The service without its API.</summary>
    public static LocalRestoreService Create(string data)
    {
        var log = new ConsoleLog(0, ConsoleStyle.Plain, static _ => { });
        return new LocalRestoreService(
            new ServedParts(new JobFolders(data), new ServedConfiguration("RESTORE_", null), log, "here", TimeProvider.System), mostJobs: 2);
    }
}
