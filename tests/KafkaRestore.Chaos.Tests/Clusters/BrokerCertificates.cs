using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Clusters;

/// <summary>The certificate that the brokers of a secure cluster show; a broker reads it when it starts.</summary>
internal sealed class BrokerCertificates
{
    private const string Password = "test-secret";
    private readonly KafkaBrokerLauncher _cluster;
    private readonly byte[] _good;

    public BrokerCertificates(KafkaBrokerLauncher cluster)
    {
        _cluster = cluster;
        _good = File.ReadAllBytes(Keystore);
    }

    private string Keystore => _cluster.TlsFile("s.p12");

    /// <summary>Puts the one back that clients of the cluster trust.</summary>
    public void PutBack() => File.WriteAllBytes(Keystore, _good);

    /// <summary>Shows one that is not trusted, for the same host.</summary>
    public void Spoil(CertificateFlaw flaw)
    {
        using var authority = flaw == CertificateFlaw.Expired ? OwnAuthority() : OtherAuthority();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var ends = flaw == CertificateFlaw.Expired ? DateTime.UtcNow.AddDays(-1) : authority.NotAfter.ToUniversalTime();
        using var signer = authority.GetRSAPrivateKey()!;
        using var signed = request.Create(authority.SubjectName, X509SignatureGenerator.CreateForRSA(signer, RSASignaturePadding.Pkcs1), ends.AddDays(-10), ends, [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);
        File.WriteAllBytes(Keystore, whole.Export(X509ContentType.Pkcs12, Password));
    }

    private X509Certificate2 OwnAuthority() => X509Certificate2.CreateFromPemFile(_cluster.TlsFile("ca.pem"), _cluster.TlsFile("ca.key"));

    private static X509Certificate2 OtherAuthority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=other-ca", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(20));
    }
}

/// <summary>Why clients refuse a broker's certificate.</summary>
public enum CertificateFlaw
{
    /// <summary>An authority signed it that they do not know.</summary>
    OtherAuthority,

    /// <summary>It has ended.</summary>
    Expired,
}
