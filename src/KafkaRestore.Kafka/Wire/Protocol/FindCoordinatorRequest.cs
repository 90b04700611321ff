using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks who coordinates groups or transactional ids.</summary>
/// <param name="kind">What they are.</param>
/// <param name="keys">Group ids or transactional ids; version 3 takes one.</param>
internal sealed class FindCoordinatorRequest(CoordinatorKind kind, IReadOnlyList<string> keys) : Request<FindCoordinatorResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(10, "FindCoordinator", 3, 4, 3);

    /// <summary>The first version that takes several keys (KIP-699).</summary>
    public const short SeveralKeysFrom = 4;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are several keys, or none, and <paramref name="version"/> takes one.</exception>
    public override void Write(WireWriter writer, short version)
    {
        if (version < SeveralKeysFrom)
        {
            writer.String(OnlyKey());
            writer.Int8((sbyte)kind);
        }
        else
        {
            writer.Int8((sbyte)kind);
            writer.Strings(keys);
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override FindCoordinatorResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        FindCoordinatorResult[] found;
        if (version < SeveralKeysFrom)
        {
            var (error, message) = (reader.ErrorCode(), reader.NullableString());
            found = [Result(OnlyKey(), BrokerEntry.ReadAddressOrNone(ref reader), error, message)];
        }
        else
        {
            found = reader.NewArray<FindCoordinatorResult>(14);
            for (var i = 0; i < found.Length; i++)
            {
                var key = reader.String();
                var broker = BrokerEntry.ReadAddressOrNone(ref reader);
                found[i] = Result(key, broker, reader.ErrorCode(), reader.NullableString());
                reader.EndStructure();
            }
        }

        reader.EndStructure();
        return new FindCoordinatorResponse(throttle, found);
    }

    private static FindCoordinatorResult Result(string key, BrokerAddress? broker, ErrorCode error, string? message)
    {
        if (error == ErrorCode.NoError && broker is null)
        {
            throw new WireFormatException($"the coordinator of '{key}' has no id, no host or no port");
        }

        return new FindCoordinatorResult(key, error, message, error == ErrorCode.NoError ? broker : null);
    }

    private string OnlyKey() =>
        keys.Count == 1 ? keys[0] : throw new ArgumentException($"{keys.Count} keys; before version {SeveralKeysFrom} {Definition} takes one", nameof(keys));
}

/// <summary>Who coordinates what.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Coordinators">Per key, in any order.</param>
internal sealed record FindCoordinatorResponse(TimeSpan Throttle, IReadOnlyList<FindCoordinatorResult> Coordinators);

/// <summary>Who coordinates a group or a transactional id.</summary>
/// <param name="Key">Its id.</param>
/// <param name="Error">NO_ERROR, or why nobody does now.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="Broker">The coordinator; null with an error only.</param>
internal sealed record FindCoordinatorResult(string Key, ErrorCode Error, string? Message, BrokerAddress? Broker);
