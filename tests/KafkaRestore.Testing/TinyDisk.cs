using System.Diagnostics;
using Xunit;

namespace KafkaRestore.Testing;

/// <summary>A file system of a few KiB in memory; only root can make one.</summary>
public sealed class TinyDisk : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-disk-");

    /// <summary>Makes and mounts it.</summary>
    /// <param name="kibibytes">Its size.</param>
    /// <exception cref="InvalidOperationException">Mounting is not allowed here.</exception>
    public TinyDisk(int kibibytes)
    {
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", Path))
        {
            _directory.Delete();
            throw new InvalidOperationException("mount failed");
        }
    }

    /// <summary>Why no such disk can be made here, for a skipped test; null when one can.</summary>
    public static string? WhyImpossible { get; } = Probe();

    /// <summary>Where it is mounted.</summary>
    public string Path => _directory.FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        Run("umount", Path);
        _directory.Delete();
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "needs root on Linux, to mount a tiny disk";
        }

        try
        {
            new TinyDisk(kibibytes: 16).Dispose();
            return null;
        }
        catch (InvalidOperationException)
        {
            return "mounting is not allowed here";
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>A test that fills a disk.</summary>
public sealed class TinyDiskFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public TinyDiskFactAttribute() => Skip = TinyDisk.WhyImpossible;
}
