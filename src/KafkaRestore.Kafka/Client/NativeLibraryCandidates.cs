using System.Runtime.InteropServices;

namespace KafkaRestore.Kafka.Client;

/// <summary>A file or loader name that may be librdkafka.</summary>
internal sealed record NativeLibraryCandidate(string Path, NativeLibraryOrigin Origin);

/// <summary>Where librdkafka may be, the best place first.</summary>
internal static class NativeLibraryCandidates
{
    // The package holds one build for each kind of C library; a wrong one does not load.
    private static readonly string[] PackagedNames = ["librdkafka", "alpine-librdkafka", "centos8-librdkafka", "centos7-librdkafka"];

    internal static IEnumerable<NativeLibraryCandidate> ForThisProcess()
    {
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Packaged(PackagedDirectories(), extension).Concat(System());
    }

    internal static IEnumerable<NativeLibraryCandidate> Packaged(IEnumerable<string> directories, string extension) =>
        from directory in directories
        from name in PackagedNames
        let path = Path.Combine(directory, name + extension)
        where File.Exists(path)
        select new NativeLibraryCandidate(path, NativeLibraryOrigin.Packaged);

    internal static IEnumerable<NativeLibraryCandidate> System()
    {
        string[] names = OperatingSystem.IsWindows() ? ["librdkafka.dll"]
            : OperatingSystem.IsMacOS()
                ? ["librdkafka.1.dylib", "librdkafka.dylib", "/opt/homebrew/lib/librdkafka.1.dylib", "/usr/local/lib/librdkafka.1.dylib"]
                : ["librdkafka.so.1", "librdkafka.so"];
        return names.Select(name => new NativeLibraryCandidate(name, NativeLibraryOrigin.System));
    }

    private static IEnumerable<string> PackagedDirectories()
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return searched
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"))

            // The runtime itself must not count as "came with the program".
            .Where(directory => Path.TrimEndingDirectorySeparator(directory) != Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()))
            .Distinct();
    }
}
