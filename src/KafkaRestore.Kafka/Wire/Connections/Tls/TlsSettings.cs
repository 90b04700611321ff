using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Wire.Connections.Tls;

/// <summary>Whom we trust and who we are.</summary>
internal sealed class TlsSettings
{
    private TlsSettings(SecurityOptions security, ClientPropertyReader properties)
    {
        VerifyCertificate = properties.Flag("enable.ssl.certificate.verification", true);
        VerifyHost = properties.Choice("ssl.endpoint.identification.algorithm", true, ("https", true), ("none", false));
        Authorities = LoadAuthorities(properties.Text("ssl.ca.location") ?? security.CaLocation);
        Certificate = LoadCertificate(
            properties.Text("ssl.certificate.location") ?? security.CertificateLocation,
            properties.Text("ssl.key.location") ?? security.KeyLocation,
            properties.Text("ssl.key.password"));
    }

    /// <summary>Whether the broker's certificate must be trusted.</summary>
    public bool VerifyCertificate { get; }

    /// <summary>Whether it must be for the host that was asked for.</summary>
    public bool VerifyHost { get; }

    /// <summary>The authorities to trust; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; }

    /// <summary>Our certificate with its key and chain; null when there is none.</summary>
    public SslStreamCertificateContext? Certificate { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static TlsSettings From(SecurityOptions security, ClientPropertyReader properties) => new(security, properties);

    private static X509Certificate2Collection? LoadAuthorities(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        Read(path, "ssl_ca_location", () => authorities.ImportFromPemFile(path));
        return authorities.Count > 0 ? authorities : throw Invalid($"the file '{path}' holds no certificate", "ssl_ca_location", "It must hold at least one in PEM form.");
    }

    private static SslStreamCertificateContext? LoadCertificate(string? path, string? keyPath, string? password)
    {
        if (path is null && keyPath is null)
        {
            return null;
        }

        if (path is null || keyPath is null)
        {
            throw Invalid("a client certificate and its key go together", path is null ? "ssl_certificate_location" : "ssl_key_location", "Set both or neither.");
        }

        SslStreamCertificateContext? context = null;
        Read(keyPath, "ssl_key_location", () =>
        {
            using var read = password is null ? X509Certificate2.CreateFromPemFile(path, keyPath) : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(path);

            // Some platforms cannot use a key in TLS that was never in a store.
            var own = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
            context = SslStreamCertificateContext.Create(own, chain, offline: true);
        });
        return context;
    }

    private static void Read(string path, string key, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw Invalid($"the file '{path}' cannot be used: {e.Message.TrimEnd('.')}", key, "Certificates and keys are read in PEM form; an encrypted key needs target.client.ssl.key.password.");
        }
    }

    private static RestoreException Invalid(string what, string key, string hint) => ClientConfiguration.Invalid(what, $"target.security.{key}", hint);
}
