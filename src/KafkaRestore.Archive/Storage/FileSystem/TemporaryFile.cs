using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaRestore.Archive.Storage.FileSystem;

/// <summary>Names of files that are being written: <c>.&lt;file&gt;.kr-tmp-&lt;pid&gt;-&lt;n&gt;</c> beside the file itself.</summary>
internal static partial class TemporaryFile
{
    private static int s_last;

    /// <summary>A name that nobody else uses now, for a file that is to become <paramref name="path"/>.</summary>
    public static string NameFor(string path)
    {
        var number = Interlocked.Increment(ref s_last);
        var name = string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.kr-tmp-{Environment.ProcessId}-{number}");
        return Path.Combine(Path.GetDirectoryName(path)!, name);
    }

    /// <summary>Whether a file's name is that of an unfinished file, ours (<c>kr</c>) or kafka-backup's (<c>kb</c>).</summary>
    public static bool Matches(string name) => name.StartsWith('.') && Pattern().IsMatch(name);

    [GeneratedRegex(@"^\..+\.k[rb]-tmp-\d+-\d+\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
