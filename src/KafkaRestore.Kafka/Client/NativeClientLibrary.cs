using System.Runtime.InteropServices;
using Confluent.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Client;

/// <summary>
/// Finds librdkafka, once for the process, and gives it to Confluent.Kafka: the file that came with the program where there is one,
/// else the system's.
/// </summary>
public static unsafe class NativeClientLibrary
{
    /// <summary>The oldest librdkafka that is known to work.</summary>
    public static readonly Version Lowest = new(2, 0, 2);

    private static readonly Lock Gate = new();
    private static Loaded? _loaded;

    /// <summary>What was loaded; null before <see cref="EnsureLoaded"/>.</summary>
    public static NativeLibraryDescription? Current => Volatile.Read(ref _loaded)?.Description;

    /// <summary>The library's handle, for entry points that Confluent.Kafka does not show.</summary>
    internal static nint Handle
    {
        get
        {
            EnsureLoaded();
            return _loaded!.Handle;
        }
    }

    /// <summary>Loads the library; later calls only say which one it was.</summary>
    /// <exception cref="RestoreException">NATIVE_LIBRARY_MISSING: there is none, or it is older than <see cref="Lowest"/>.</exception>
    public static NativeLibraryDescription EnsureLoaded()
    {
        lock (Gate)
        {
            if (_loaded is null)
            {
                var loaded = Load(NativeLibraryCandidates.ForThisProcess());
                NativeLibrary.SetDllImportResolver(typeof(Message<,>).Assembly, static (name, _, _) => Resolve(name));
                _loaded = loaded;
            }

            return _loaded.Description;
        }
    }

    internal static Loaded Load(IEnumerable<NativeLibraryCandidate> candidates)
    {
        Loaded? tooOld = null;
        foreach (var candidate in candidates)
        {
            if (!NativeLibrary.TryLoad(candidate.Path, out var handle))
            {
                continue;
            }

            if (!NativeLibrary.TryGetExport(handle, "rd_kafka_version", out var versionOf))
            {
                NativeLibrary.Free(handle);
                continue;
            }

            var version = Decode(((delegate* unmanaged[Cdecl]<int>)versionOf)());
            var found = new Loaded(handle, new NativeLibraryDescription(version, candidate.Origin, candidate.Path));
            if (version >= Lowest)
            {
                return found;
            }

            tooOld ??= found;
        }

        throw tooOld is null
            ? new RestoreException(ErrorCodes.NativeLibraryMissing, "librdkafka is not installed")
            : new RestoreException(
                ErrorCodes.NativeLibraryMissing,
                $"librdkafka {tooOld.Description.Version} is too old; {Lowest} is the lowest supported",
                tooOld.Description.Path,
                "Install a newer librdkafka.");
    }

    /// <summary>librdkafka writes its version as 0xMMmmrrxx, xx counting pre-releases.</summary>
    internal static Version Decode(int version) => new((version >> 24) & 0xff, (version >> 16) & 0xff, (version >> 8) & 0xff);

    private static nint Resolve(string name) => name switch
    {
        "librdkafka" => _loaded?.Handle ?? 0,

        // Confluent.Kafka asks for the development name, which systems without a compiler lack.
        "libdl" when OperatingSystem.IsLinux() => NativeLibrary.TryLoad("libdl.so.2", out var handle) ? handle : 0,
        _ => 0,
    };

    internal sealed record Loaded(nint Handle, NativeLibraryDescription Description);
}
