using System.Text;

namespace KafkaRestore.Configuration.Expansion;

/// <summary>The variables of this process and the files of this machine.</summary>
public sealed class EnvironmentExpansionSource : IExpansionSource
{
    /// <summary>The largest file that a value may come from, in bytes.</summary>
    public const int MaxFileSize = 64 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc/>
    public string ReadFile(string path)
    {
        try
        {
            return Utf8.GetString(BoundedFile.Read(path, MaxFileSize));
        }
        catch (DecoderFallbackException invalid)
        {
            throw new IOException("the file is not UTF-8 text", invalid);
        }
    }
}
