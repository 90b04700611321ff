using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Failures of connections among the error codes of brokers.</summary>
internal static class WireFailureCodes
{
    /// <summary>The code that a request without an answer gets; those that the client made up itself begin with <c>Local_</c>.</summary>
    // Others on the same connection hear of an answer that was not readable, so it is no final word on their requests.
    public static ErrorCode ToErrorCode(this WireFailure failure) => failure switch
    {
        WireFailure.Denied => ErrorCode.SaslAuthenticationFailed,
        WireFailure.Unsupported => ErrorCode.UnsupportedVersion,
        WireFailure.Tls or WireFailure.Untrusted => ErrorCode.Local_Ssl,
        WireFailure.TimedOut => ErrorCode.Local_TimedOut,
        _ => ErrorCode.Local_Transport,
    };
}
