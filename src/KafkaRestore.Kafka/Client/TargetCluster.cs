using Confluent.Kafka;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

/// <summary>The target through Confluent.Kafka's admin client, and a consumer that joins no group, for log ends.</summary>
/// <remarks>
/// Asks for the metadata of all topics, never of one: asking for one by name creates it where the broker allows that.
/// Not guaranteed: that a topic which this principal may not describe is told apart from one that does not exist.
/// </remarks>
public sealed partial class TargetCluster : ITargetCluster
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly KafkaConnectionOptions _connection;
    private readonly TargetClusterOptions _options;
    private readonly TimeProvider _time;
    private readonly string _brokers;
    private readonly SaslMechanismKind? _mechanism;
    private readonly IAdminClient _admin;
    private readonly Lazy<IConsumer<Ignore, Ignore>> _consumer;
    private readonly TopicIds _topicIds;
    private Error? _lastError;

    /// <summary>Prepares the clients; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    public TargetCluster(KafkaConnectionOptions connection, TargetClusterOptions? options = null, Action<ClientLogLine>? log = null, TimeProvider? time = null)
    {
        _connection = connection;
        _options = options ?? new TargetClusterOptions();
        _time = time ?? TimeProvider.System;
        _brokers = string.Join(',', connection.BootstrapServers);
        _mechanism = connection.Security.Mechanism;
        _topicIds = new TopicIds(connection, log, _time);
        var properties = ClientConfiguration.Common(connection);
        _admin = ClientConfiguration.Build(() => new AdminClientBuilder(new AdminClientConfig(properties))
            .SetLogHandler((_, line) => log?.Invoke(ClientLogLine.From(line)))
            .SetErrorHandler((_, error) => NoteError(error))
            .Build());
        _consumer = new Lazy<IConsumer<Ignore, Ignore>>(() => ClientConfiguration.Build(() => new ConsumerBuilder<Ignore, Ignore>(
                new ConsumerConfig(new Dictionary<string, string>(properties))
                {
                    GroupId = ClientConfiguration.ClientId, // wanted by the client; without a subscription no group is joined
                    EnableAutoCommit = false,
                    AllowAutoCreateTopics = false,

                    // Else the end is the last stable offset, and records of an open transaction are not seen.
                    IsolationLevel = IsolationLevel.ReadUncommitted,
                })
            .SetLogHandler((_, line) => log?.Invoke(ClientLogLine.From(line)))
            .SetErrorHandler((_, error) => NoteError(error))
            .Build()));
    }

    /// <inheritdoc/>
    public async Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _options.ConnectDeadline);
        while (true)
        {
            var slice = clock.Remaining < TimeSpan.FromSeconds(1) ? clock.Remaining : TimeSpan.FromSeconds(1);
            try
            {
                var metadata = await BlockingCall.RunAsync(() => _admin.GetMetadata(slice), cancellationToken).ConfigureAwait(false);
                if (metadata.Brokers.Count > 0)
                {
                    var clusterId = await BlockingCall.RunAsync(() => NativeClient.ClusterId(_admin, slice), cancellationToken).ConfigureAwait(false);
                    return new ClusterDescription(clusterId, metadata.Brokers.Count) { Connection = SecurityConfiguration.Describe(_connection.Security) };
                }
            }
            catch (KafkaException e)
            {
                // The call itself only says that nobody answered; why, the error handler hears.
                Interlocked.CompareExchange(ref _lastError, e.Error, null);
            }

            if (_lastError is { } error && KafkaErrors.Classify(error.Code) == KafkaErrorClass.Denied)
            {
                throw Denied(error, "connecting");
            }

            if (clock.IsOver)
            {
                throw Unreachable($"no broker answered within {_options.ConnectDeadline.TotalSeconds:0.#} s");
            }

            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _topicIds.DisposeAsync().ConfigureAwait(false);
        await BlockingCall.RunAsync(
            () =>
            {
                if (_consumer.IsValueCreated)
                {
                    _consumer.Value.Dispose();
                }

                _admin.Dispose();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Repeats <paramref name="call"/> while its error may pass and there is time.</summary>
    private async Task<T> AskAsync<T>(string what, Func<TimeSpan, T> call, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _options.RequestDeadline);
        while (true)
        {
            try
            {
                var slice = clock.Remaining < Slice ? clock.Remaining : Slice;
                return await BlockingCall.RunAsync(() => call(slice), cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException e) when (KafkaErrors.MayPass(e.Error.Code) && !clock.IsOver)
            {
                await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                throw Failure(e.Error, what);
            }
        }
    }

    private void NoteError(Error error)
    {
        // "All brokers are down" and a lost connection follow the error that says why, and must not hide it.
        var says = error.Code != ErrorCode.Local_AllBrokersDown
            && !(Volatile.Read(ref _lastError)?.Code == ErrorCode.Local_Ssl && error.Code is (ErrorCode.Local_Transport or ErrorCode.Local_TimedOut));
        if (says)
        {
            Volatile.Write(ref _lastError, error);
        }
    }

    private RestoreException Failure(Error error, string what) => KafkaErrors.Classify(error.Code) switch
    {
        KafkaErrorClass.Denied => Denied(error, what),
        KafkaErrorClass.AfterLeaderChange => Unreachable($"{what} was not possible within {_options.RequestDeadline.TotalSeconds:0.#} s: {KafkaErrors.Describe(error)}"),
        KafkaErrorClass.Retriable or KafkaErrorClass.Unreachable =>
            Unreachable($"{what} got no answer within {_options.RequestDeadline.TotalSeconds:0.#} s"),
        _ => new RestoreException(ErrorCodes.PreflightFailed, $"{what} was refused by the target: {KafkaErrors.Describe(error)}", _brokers),
    };

    private RestoreException Unreachable(string what) => new(
        ErrorCodes.TargetUnreachable,
        _lastError is { } error ? $"{what}; last error: {KafkaErrors.Describe(error)}" : what,
        _brokers);

    private RestoreException Denied(Error error, string what) => new(
        ErrorCodes.TargetDenied,
        $"{what} was denied: {KafkaErrors.Describe(error)}",
        _brokers,
        error.Code == ErrorCode.Local_Authentication ? SecurityConfiguration.AuthenticationHint(_mechanism, NativeClientLibrary.EnsureLoaded()) : null);
}
