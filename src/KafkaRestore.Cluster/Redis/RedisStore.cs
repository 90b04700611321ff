using KafkaRestore.Records.Errors;
using StackExchange.Redis;

namespace KafkaRestore.Cluster.Redis;

/// <summary>One Redis for all silos of a cluster. Calls wait for it when it is away: it may be starting again, or another one taking its place.</summary>
internal sealed class RedisStore : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReplicaPatience = TimeSpan.FromSeconds(5);

    private readonly ConnectionMultiplexer _connection;
    private readonly string _prefix;
    private readonly int _replicas;

    private RedisStore(ConnectionMultiplexer connection, string prefix, int replicas)
    {
        _connection = connection;
        _prefix = prefix;
        _replicas = replicas;
    }

    /// <summary>How to connect, with what a silo needs.</summary>
    /// <param name="text">As StackExchange.Redis reads it: <c>host:port,option=value</c>.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static ConfigurationOptions Read(string text)
    {
        try
        {
            var options = ConfigurationOptions.Parse(text);
            options.AbortOnConnectFail = false;
            options.ReconnectRetryPolicy = new LinearRetry(500);
            options.ClientName ??= "kafka-restore";
            return options;
        }
        catch (ArgumentException wrong)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"this is no Redis: {wrong.Message}", "--redis", "Name it as HOST:PORT, with options as HOST:PORT,user=...,ssl=true.", wrong);
        }
    }

    /// <summary>Connects.</summary>
    /// <param name="options">See <see cref="Read"/>.</param>
    /// <param name="cluster">The cluster's name: its keys begin with it.</param>
    /// <param name="replicas">How many replicas must have what is called durable; 0: the first one alone.</param>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: nobody answers.</exception>
    public static async Task<RedisStore> ConnectAsync(ConfigurationOptions options, string cluster, int replicas)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        if (!connection.IsConnected)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new RestoreException(ErrorCodes.StateUnwritable, "Redis does not answer", string.Join(", ", options.EndPoints), "Check that it runs, the address, and the user and password of --redis.");
        }

        return new RedisStore(connection, cluster + ":", replicas);
    }

    /// <summary>A key of this cluster.</summary>
    public RedisKey Key(string name) => _prefix + name;

    /// <summary>The number of a job's next coordinator: higher than any before, also where Redis has forgotten the last ones.</summary>
    public long NextTerm(string jobId) => (long)Ask(database => database.ScriptEvaluate(
        """
        local last = tonumber(redis.call('GET', KEYS[1]) or '0')
        local next = math.max(last + 1, tonumber(ARGV[1]))
        redis.call('SET', KEYS[1], string.format('%d', next))
        return next
        """,
        [Key("term:" + jobId)],
        [DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()]));

    /// <summary>Asks; waits for a Redis that is away.</summary>
    /// <exception cref="IOException">It stays away, or refuses.</exception>
    public T Ask<T>(Func<IDatabase, T> question)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return question(_connection.GetDatabase());
            }
            catch (Exception away) when (IsAway(away) && DateTime.UtcNow < until)
            {
                Thread.Sleep(Pause);
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException or ObjectDisposedException)
            {
                throw new IOException($"Redis: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Waits until as many replicas as asked for have what was written.</summary>
    /// <exception cref="IOException">They have not.</exception>
    public void WaitForReplicas()
    {
        if (_replicas > 0 && (long)Ask(database => database.Execute("WAIT", _replicas, (long)ReplicaPatience.TotalMilliseconds)) < _replicas)
        {
            throw new IOException($"Redis: fewer than {_replicas} replica(s) have taken what was written");
        }
    }

    /// <summary>Why it cannot be used now; null where it can.</summary>
    public async Task<string?> UnusableAsync()
    {
        try
        {
            await _connection.GetDatabase().PingAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or ObjectDisposedException)
        {
            return $"Redis: {failure.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    // Loading its memory from disk, or a replica that is being made the first one, is away too.
    private static bool IsAway(Exception failure) => failure is RedisConnectionException or RedisTimeoutException or TimeoutException
        || (failure is RedisServerException { Message: var told } && (told.StartsWith("LOADING", StringComparison.Ordinal) || told.StartsWith("READONLY", StringComparison.Ordinal) || told.StartsWith("MASTERDOWN", StringComparison.Ordinal)));
}
