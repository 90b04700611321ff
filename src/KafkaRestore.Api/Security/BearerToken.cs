using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Api.Security;

/// <summary>The token that callers must show. Compared in constant time; its text is not kept.</summary>
public sealed class BearerToken
{
    private const int LeastCharacters = 16;
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash;

    private BearerToken(string token) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Reads it from a file; space and line ends around it do not count.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: the file cannot be read, or what is in it is too short to be a secret.</exception>
    public static BearerToken FromFile(string path) => new(Read(path).Reveal());

    /// <summary>The token in a file.</summary>
    /// <inheritdoc cref="FromFile"/>
    public static Secret Read(string path)
    {
        string token;
        try
        {
            token = File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the token's file cannot be read: {failure.Message}", path, "Name a file that holds the token and nothing else.", failure);
        }

        return token.Length >= LeastCharacters && token.All(static letter => letter is > ' ' and <= '~')
            ? new Secret(token)
            : throw new RestoreException(
                ErrorCodes.ConfigInvalid, $"a token is {LeastCharacters} or more printable characters without spaces", path, "Make one with `openssl rand -hex 32`.");
    }

    /// <summary>Whether an <c>Authorization</c> header shows it.</summary>
    public bool IsShownBy(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), _hash);
}
