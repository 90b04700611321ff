namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>What a person can do when a connection cannot be made: one sentence for each cause.</summary>
internal static class Remedies
{
    private const string Section = "target.security";

    public const string Credentials = $"Check {Section}.sasl_username and {Section}.sasl_password, and that the broker has this user for this mechanism.";

    public const string Mechanism = $"Set {Section}.sasl_mechanism to one that the broker offers.";

    public const string NoAuthentication = $"Set {Section}.security_protocol to PLAINTEXT or SSL, or name a port that takes authentication.";

    public const string Authentication = $"Set {Section}.security_protocol to SASL_PLAINTEXT or SASL_SSL if the port wants authentication.";

    public const string Token = "Check where the token comes from (target.security.sasl_oauthbearer_*), its audience and its scope, and that the broker trusts who issued it.";

    public const string TokenServer = $"Check {Section}.sasl_oauthbearer_token_endpoint_url, and the client id, secret and scope beside it.";

    public const string TokenFile = $"See to it that the file named by {Section}.sasl_oauthbearer_token_file holds a token that is still good.";

    public const string Tls = $"Set {Section}.security_protocol to SSL or SASL_SSL, or name a port without TLS.";

    public const string NoTls = $"Name a port that speaks TLS, or set {Section}.security_protocol to PLAINTEXT or SASL_PLAINTEXT if that is what is wanted.";

    public const string Authority = $"Set {Section}.ssl_ca_location to a PEM file with the authority that signed the broker's certificate.";

    public const string Expired = "Renew the broker's certificate, and check the clocks of both machines.";

    public const string HostName = "Name the brokers as their certificates do, in target.bootstrap_servers and in their advertised listeners; only if that cannot be, set target.client.ssl.endpoint.identification.algorithm: none.";

    public const string ClientCertificate = $"Set {Section}.ssl_certificate_location and {Section}.ssl_key_location to a certificate that the broker trusts.";
}
