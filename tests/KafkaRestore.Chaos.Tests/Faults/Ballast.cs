using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Faults;

/// <summary>A file that takes the room of others.</summary>
internal static class Ballast
{
    private const int LargestPiece = 1 << 20;

    /// <summary>Leaves no byte of a disk free, and gives the file that takes them.</summary>
    public static string Fill(TinyDisk disk)
    {
        var path = Path.Combine(disk.Path, "ballast");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = LargestPiece; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Smaller pieces may still fit.
            }
        }

        return path;
    }
}
