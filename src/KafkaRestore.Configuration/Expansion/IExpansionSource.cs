namespace KafkaRestore.Configuration.Expansion;

/// <summary>Where <c>${NAME}</c> and <c>${file:/path}</c> get their values.</summary>
public interface IExpansionSource
{
    /// <summary>The value of a variable; null when it is not set.</summary>
    string? Variable(string name);

    /// <summary>The whole text of a file.</summary>
    /// <exception cref="IOException">It cannot be read, is larger than <see cref="EnvironmentExpansionSource.MaxFileSize"/>, or is not UTF-8.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    string ReadFile(string path);
}
