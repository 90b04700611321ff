using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>A port that speaks TLS with a certificate of one's choice and says nothing behind it; and the authority that signed it.</summary>
internal sealed class TlsDouble : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly bool _wantsClientCertificate;

    /// <summary>Starts it.</summary>
    /// <param name="host">Whom the certificate is for.</param>
    /// <param name="ends">When it ends, counted from now.</param>
    /// <param name="wantsClientCertificate">Whether whoever shows no certificate is turned away.</param>
    public TlsDouble(string host, TimeSpan ends, bool wantsClientCertificate = false)
    {
        _wantsClientCertificate = wantsClientCertificate;
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=double-ca", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(now.AddYears(-1), now.AddYears(1));
        Authority = authority.ExportCertificatePem();

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, now.AddMonths(-6), now + ends, [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);
        _certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>The authority's certificate as PEM.</summary>
    public string Authority { get; }

    public void Dispose()
    {
        _listener.Stop();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = _wantsClientCertificate,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null || !_wantsClientCertificate,
                });
            }
            catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or IOException)
            {
                // The program does not trust us: that is what is tested.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
