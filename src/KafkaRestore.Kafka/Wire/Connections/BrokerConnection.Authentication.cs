using KafkaRestore.Kafka.Wire.Connections.Sasl;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <content>SASL, when the connection is opened and again before each session ends.</content>
internal sealed partial class BrokerConnection
{
    private SaslSession? _session;
    private int _authentications;

    /// <summary>How often we have proven who we are; more than once when sessions end (KIP-368).</summary>
    public int Authentications => Volatile.Read(ref _authentications);

    private async Task AuthenticateAsync(SaslMechanism mechanism, CancellationToken cancellationToken)
    {
        var conversation = await mechanism.BeginAsync(cancellationToken).ConfigureAwait(false);
        var chosen = await ExchangeAsync(new SaslHandshakeRequest(mechanism.Name), VersionOf(SaslHandshakeRequest.Definition), cancellationToken).ConfigureAwait(false);
        if (chosen.Error != ErrorCode.NoError)
        {
            throw new WireException(WireFailure.Denied, Describe(chosen, mechanism.Name), hint: chosen.Error == ErrorCode.IllegalSaslState ? Remedies.NoAuthentication : Remedies.Mechanism);
        }

        for (var message = conversation.Start(); message is not null;)
        {
            var asked = _time.GetTimestamp();
            var answer = await ExchangeAsync(new SaslAuthenticateRequest(message), VersionOf(SaslAuthenticateRequest.Definition), cancellationToken).ConfigureAwait(false);
            if (answer.Error != ErrorCode.NoError)
            {
                var reason = (conversation as OAuthBearerConversation)?.Refusal ?? BrokerText.Of(answer.ErrorMessage);
                throw new WireException(
                    WireFailure.Denied,
                    $"the broker refuses the credentials ({mechanism.Name}): {reason}",
                    hint: conversation is OAuthBearerConversation ? Remedies.Token : Remedies.Credentials);
            }

            message = conversation.Answer(answer.Message);
            _session = new SaslSession(_time, asked, answer.SessionLifetime);
        }

        Interlocked.Increment(ref _authentications);
    }

    /// <summary>Authenticates again while writing is ours: answers to earlier requests come first, later requests after it.</summary>
    private async ValueTask RenewSessionAsync(CancellationToken cancellationToken)
    {
        if (_settings.Sasl is not { } mechanism || _session is not { IsDue: true })
        {
            return;
        }

        try
        {
            await AuthenticateAsync(mechanism, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            FailHalfWritten();
            throw;
        }
        catch (WireException e)
        {
            Fail(e);
            throw Failure!.Again();
        }
    }

    private static string Describe(SaslHandshakeResponse answer, string mechanism) => answer.Error switch
    {
        ErrorCode.UnsupportedSaslMechanism => $"the broker does not offer {mechanism}, it offers {BrokerText.Of(string.Join(", ", answer.Mechanisms))}",
        ErrorCode.IllegalSaslState => "this port takes no authentication: use PLAINTEXT or SSL, or another port",
        var other => $"the broker refuses {mechanism}: {other}",
    };
}
