using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Wire;

internal sealed partial class WireCluster
{
    /// <summary>A failure of the wire as the failure that a person gets to see.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="doing">What was being done, e.g. <c>opening a lane</c>.</param>
    /// <param name="where">The partition or address concerned.</param>
    public static RestoreException ToRestoreException(WireException failure, string doing, string where) => failure.Failure switch
    {
        WireFailure.Denied => new RestoreException(ErrorCodes.TargetDenied, $"{doing} was denied: {failure.Message}", where, inner: failure),
        WireFailure.Unsupported => new RestoreException(
            ErrorCodes.ConfigNotSupported, $"{doing} needs a request that the broker does not take: {failure.Message}", where, "Set restore.sink: client.", failure),
        _ => new RestoreException(ErrorCodes.TargetUnreachable, $"{doing} failed: {failure.Message}", where, inner: failure),
    };
}
