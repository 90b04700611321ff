using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Api.Security;

/// <summary>The certificate of a service.</summary>
public static class ServerCertificate
{
    /// <summary>Reads one with its key.</summary>
    /// <param name="certificate">PEM file of the certificate, and those of its issuers.</param>
    /// <param name="key">PEM file of its key, not encrypted.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: they cannot be read, or do not belong together.</exception>
    public static X509Certificate2 Read(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"certificate and key cannot be read: {failure.Message}", certificate, "Name PEM files of a certificate and its unencrypted key.", failure);
        }
    }
}
