using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace KafkaRestore.Kafka.Wire.Connections.Tls;

/// <summary>Puts TLS over a stream and judges the broker's certificate.</summary>
internal static class TlsUpgrade
{
    /// <summary>Shakes hands with <paramref name="host"/>. The stream that is given back owns <paramref name="stream"/>.</summary>
    /// <exception cref="WireException">Tls, with what is wrong.</exception>
    public static async Task<Stream> SecureAsync(Stream stream, string host, TlsSettings settings, CancellationToken cancellationToken)
    {
        string? distrust = null;
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ClientCertificateContext = settings.Certificate,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = Policy(settings),
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (distrust = Distrust(settings, host, certificate, chain, errors)) is null,
                },
                cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw new WireException(WireFailure.Tls, distrust ?? Describe(e), e);
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static X509ChainPolicy? Policy(TlsSettings settings)
    {
        if (settings.Authorities is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(settings.Authorities);
        return policy;
    }

    /// <summary>Why the certificate is not accepted; null when it is.</summary>
    private static string? Distrust(TlsSettings settings, string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!settings.VerifyCertificate)
        {
            return null;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            return "the broker shows no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var reasons = chain?.ChainStatus.Select(static status => status.Status.ToString()).Distinct() ?? [];
            return $"the broker's certificate ({certificate.Subject}, issued by {certificate.Issuer}) is not trusted: {string.Join(", ", reasons)}";
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && settings.VerifyHost
            ? $"the broker's certificate ({certificate.Subject}) is not for the host '{host}'"
            : null;
    }

    private static string Describe(Exception failure) => failure is AuthenticationException
        ? $"TLS could not be agreed on: {(failure.InnerException ?? failure).Message.TrimEnd('.')}"
        : $"the broker broke off the TLS handshake ({TcpDialer.Describe(failure)}); does this port speak TLS?";
}
