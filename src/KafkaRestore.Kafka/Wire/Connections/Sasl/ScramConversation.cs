using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>SCRAM (RFC 5802, RFC 7677): neither side learns the other's secret, and both prove that they have it.</summary>
/// <remarks>User name and password are not normalised (SASLprep): Kafka's brokers do not do so either.</remarks>
internal sealed class ScramConversation : SaslConversation
{
    // No channel binding.
    private const string Gs2Header = "n,,";

    // Below, a password is guessed too easily; above, a broker could keep us busy.
    private const int FewestIterations = 4096;
    private const int MostIterations = 1_000_000;
    private const int NonceBytes = 24;

    private readonly HashAlgorithmName _hash;
    private readonly Secret _password;
    private readonly string _nonce;
    private readonly string _firstBare;
    private byte[]? _serverSignature;

    public ScramConversation(HashAlgorithmName hash, Secret username, Secret password)
        : this(hash, username, password, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)))
    {
    }

    /// <summary>With a nonce that is given, for the standard's examples.</summary>
    internal ScramConversation(HashAlgorithmName hash, Secret username, Secret password, string nonce)
    {
        _hash = hash;
        _password = password;
        _nonce = nonce;
        _firstBare = $"n={Escape(username.Reveal())},r={nonce}";
    }

    /// <inheritdoc/>
    public override byte[] Start() => Encoding.UTF8.GetBytes(Gs2Header + _firstBare);

    /// <inheritdoc/>
    public override byte[]? Answer(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        if (_serverSignature is null)
        {
            return Final(text);
        }

        Verify(text);
        return null;
    }

    private static string Escape(string name) => name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    private byte[] Final(string serverFirst)
    {
        var (nonce, salt, iterations) = ParseFirst(serverFirst);
        var withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(Gs2Header))},r={nonce}";
        var exchange = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{withoutProof}");
        var password = Encoding.UTF8.GetBytes(_password.Reveal());
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, _hash, HashBytes);
        var clientKey = CryptographicOperations.HmacData(_hash, salted, "Client Key"u8);
        var proof = CryptographicOperations.HmacData(_hash, CryptographicOperations.HashData(_hash, clientKey), exchange);
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= clientKey[i];
        }

        _serverSignature = CryptographicOperations.HmacData(_hash, CryptographicOperations.HmacData(_hash, salted, "Server Key"u8), exchange);
        CryptographicOperations.ZeroMemory(password);
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(clientKey);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private int HashBytes => _hash == HashAlgorithmName.SHA256 ? SHA256.HashSizeInBytes : SHA512.HashSizeInBytes;

    private (string Nonce, byte[] Salt, int Iterations) ParseFirst(string text)
    {
        // An attribute before the nonce would be an extension that must be understood.
        if (text.Split(',') is not [['r', '=', .. var nonce], ['s', '=', .. var salt64], ['i', '=', .. var count], ..])
        {
            throw Malformed("its first message has not nonce, salt and iterations");
        }

        if (nonce.Length <= _nonce.Length || !nonce.StartsWith(_nonce, StringComparison.Ordinal))
        {
            throw Malformed("its nonce does not continue ours");
        }

        if (Decode(salt64) is not { Length: > 0 } salt)
        {
            throw Malformed("its salt is not Base64");
        }

        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations is >= FewestIterations and <= MostIterations
            ? (nonce, salt, iterations)
            : throw Malformed($"its number of iterations is not between {FewestIterations} and {MostIterations}");
    }

    private void Verify(string serverFinal)
    {
        switch (serverFinal.Split(','))
        {
            case [['e', '=', .. var reason], ..]:
                throw new WireException(WireFailure.Denied, $"the broker refuses the credentials: {BrokerText.Of(reason)}", hint: Remedies.Credentials);
            case [['v', '=', .. var signature64], ..] when Decode(signature64) is { } signature:
                if (!CryptographicOperations.FixedTimeEquals(signature, _serverSignature))
                {
                    throw new WireException(WireFailure.Denied, "the broker could not prove that it knows the password: it is not who it claims to be");
                }

                break;
            default:
                throw Malformed("its last message has no signature");
        }
    }

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? bytes[..count] : null;
    }

    private static WireException Malformed(string what) => new(WireFailure.Malformed, $"the broker does not speak SCRAM as it should: {what}");
}
