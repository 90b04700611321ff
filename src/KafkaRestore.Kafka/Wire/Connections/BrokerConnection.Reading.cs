using System.Buffers.Binary;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <content>Answers on their way in: one loop, each answer in its turn.</content>
internal sealed partial class BrokerConnection
{
    private bool _versionsAnswered;
    private bool _requestAnswered;

    private async Task ReadAsync()
    {
        using var frames = new FrameReader(_stream, _wire.MaxResponseBytes);
        try
        {
            while (await frames.NextAsync(_alive).ConfigureAwait(false) is { } frame)
            {
                Deliver(frame.Span);
            }

            Fail(Reason(null));
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
            _versionsAnswered = true;
            _requestAnswered |= answer.Api != ApiVersionsRequest.Definition;
        }
        catch (Exception e)
        {
            Fail(new WireException(WireFailure.Malformed, $"the answer to {answer.Api} cannot be read: {e.Message}", e));
            answer.Fail(_failure!);
        }
    }

    /// <summary>Why the stream ended; null: the broker closed it in order.</summary>
    private WireException Reason(Exception? failure)
    {
        switch (failure)
        {
            case WireException known:
                return known;
            case WireFormatException:
                return new WireException(WireFailure.Malformed, failure.Message, failure);
        }

        // A broker that is spoken to in the wrong way does not say so: it hangs up.
        var what = failure is null ? "the broker closed the connection" : TcpDialer.Describe(failure);
        return (_versionsAnswered, _requestAnswered, _settings) switch
        {
            (false, _, { Tls: not null }) => new WireException(WireFailure.Tls, $"{what} right after the TLS handshake; does it want a client certificate?", failure, Remedies.ClientCertificate),
            (false, _, _) => new WireException(WireFailure.Lost, $"{what} without an answer; does this port want TLS (SSL or SASL_SSL)?", failure, Remedies.Tls),
            (_, false, { Sasl: null }) => new WireException(WireFailure.Lost, $"{what} at the first request; does this port want authentication (SASL_PLAINTEXT or SASL_SSL)?", failure, Remedies.Authentication),
            _ => new WireException(WireFailure.Lost, what, failure),
        };
    }
}
