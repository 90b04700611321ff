using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace KafkaRestore.Kafka.Wire.Connections.Tls;

/// <summary>Puts TLS over a stream and judges the broker's certificate.</summary>
internal static class TlsUpgrade
{
    /// <summary>Shakes hands with <paramref name="host"/>. The stream that is given back owns <paramref name="stream"/>.</summary>
    /// <exception cref="WireException">Untrusted or Tls, with what is wrong; Lost when the other side broke off.</exception>
    public static async Task<Stream> SecureAsync(Stream stream, string host, TlsSettings settings, CancellationToken cancellationToken)
    {
        WireException? distrust = null;
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
            throw distrust ?? Describe(e);
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
    private static WireException? Distrust(TlsSettings settings, string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!settings.VerifyCertificate)
        {
            return null;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            return Untrusted("the broker shows no certificate", Remedies.NoTls);
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var reasons = chain?.ChainStatus.Select(static status => status.Status).Distinct().ToArray() ?? [];
            var shown = $"the broker's certificate ({certificate.Subject}, issued by {certificate.Issuer})";
            return reasons is [X509ChainStatusFlags.NotTimeValid]
                ? Untrusted($"{shown} is not valid now, but from {certificate.GetEffectiveDateString()} to {certificate.GetExpirationDateString()}", Remedies.Expired)
                : Untrusted($"{shown} is not trusted: {string.Join(", ", reasons)}", Remedies.Authority);
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && settings.VerifyHost
            ? Untrusted($"the broker's certificate ({certificate.Subject}) is not for the host '{host}'", Remedies.HostName)
            : null;
    }

    private static WireException Untrusted(string what, string hint) => new(WireFailure.Untrusted, what, hint: hint);

    private static WireException Describe(Exception failure) => failure is AuthenticationException
        ? new WireException(WireFailure.Tls, $"TLS could not be agreed on: {(failure.InnerException ?? failure).Message.TrimEnd('.')}", failure, Remedies.NoTls)
        : new WireException(WireFailure.Lost, $"the broker broke off the TLS handshake ({TcpDialer.Describe(failure)}); does this port speak TLS?", failure, Remedies.NoTls);
}
