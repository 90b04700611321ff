using System.Buffers.Binary;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <content>Answers on their way in: one loop, each answer in its turn.</content>
internal sealed partial class BrokerConnection
{
    private async Task ReadAsync()
    {
        using var frames = new FrameReader(_stream, _wire.MaxResponseBytes);
        try
        {
            while (await frames.NextAsync(_alive).ConfigureAwait(false) is { } frame)
            {
                Deliver(frame.Span);
            }

            Fail(new WireException(WireFailure.Lost, "the broker closed the connection"));
        }
        catch (Exception e)
        {
            Fail(Reason(e));
        }
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        var correlationId = BinaryPrimitives.ReadInt32BigEndian(frame);
        var answer = _pending.Take(correlationId)
            ?? throw new WireException(WireFailure.Malformed, $"the broker answers request {correlationId}, whose turn it is not");
        try
        {
            answer.Complete(frame);
        }
        catch (Exception e)
        {
            Fail(new WireException(WireFailure.Malformed, $"the answer to {answer.Api} cannot be read: {e.Message}", e));
            answer.Fail(_failure!);
        }
    }

    private static WireException Reason(Exception failure) => failure switch
    {
        WireException known => known,
        WireFormatException => new WireException(WireFailure.Malformed, failure.Message, failure),
        _ => new WireException(WireFailure.Lost, TcpDialer.Describe(failure), failure),
    };
}
