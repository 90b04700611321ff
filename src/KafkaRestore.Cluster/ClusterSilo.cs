using KafkaRestore.Api;
using KafkaRestore.Cluster.Groups;
using KafkaRestore.Cluster.Lanes;
using KafkaRestore.Cluster.Redis;
using KafkaRestore.Cluster.Service;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using SiloOptions = KafkaRestore.Cluster.Silos.SiloOptions;

namespace KafkaRestore.Cluster;

/// <summary>One silo of a cluster in this process.</summary>
internal sealed class ClusterSilo : IAsyncDisposable
{
    // What runs is stopped and saved, then grains are moved.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(40);

    private readonly IHost _host;
    private readonly RedisStore _redis;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ClusterSilo(IHost host, RedisStore redis)
    {
        _host = host;
        _redis = redis;
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(_ended.SetResult);
    }

    /// <summary>The cluster as a service.</summary>
    public IRestoreService Service => _host.Services.GetRequiredService<ClusterRestoreService>();

    /// <summary>Completes when the silo has ended by itself: the others have declared it dead.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Joins the cluster.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="configuration">Reads what is submitted.</param>
    /// <param name="log">The silo's log.</param>
    /// <param name="logging">Where the cluster's own failures are logged; null: nowhere.</param>
    /// <param name="metrics">Measures what it does; null: nobody does.</param>
    /// <param name="stop">Ends the joining.</param>
    /// <exception cref="Records.Errors.RestoreException">STATE_UNWRITABLE: Redis does not answer; CONFIG_INVALID.</exception>
    public static async Task<ClusterSilo> StartAsync(SiloOptions options, ServedConfiguration configuration, ConsoleLog log, ILoggerProvider? logging, RestoreMetrics? metrics, CancellationToken stop)
    {
        // Lanes wait for Redis on threads of the pool; what sends their records needs some too.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, options.MaxLanes + 32), ports);
        var connection = RedisStore.Read(options.Redis);
        var redis = await RedisStore.ConnectAsync(connection, options.Cluster, options.RedisReplicas).ConfigureAwait(false);
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Services.Configure<HostOptions>(static host =>
            {
                host.ShutdownTimeout = ShutdownPatience;
                host.ServicesStartConcurrently = false;
            });
            if (logging is not null)
            {
                builder.Logging.AddProvider(logging).SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans", LogLevel.Error);
            }

            builder.UseOrleans(silo => Join(silo, options, connection));
            AddServices(builder.Services, options, configuration, log, redis, metrics);
            var host = builder.Build();
            await host.StartAsync(stop).ConfigureAwait(false);
            return new ClusterSilo(host, redis);
        }
        catch
        {
            redis.Dispose();
            throw;
        }
    }

    /// <summary>Leaves the cluster: lanes are stopped with their progress saved and given to others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }

        _redis.Dispose();
    }

    /// <summary>What a silo is made of, beside the cluster's own parts.</summary>
    internal static void AddServices(IServiceCollection services, SiloOptions options, ServedConfiguration configuration, ConsoleLog log, RedisStore redis, RestoreMetrics? metrics)
    {
        services.AddPlacementDirector<AskedSiloPlacement, AskedSiloDirector>();
        services.AddSingleton<Orleans.Serialization.ITypeNameFilter, Messages.MessageTypes>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(redis);
        services.AddSingleton(new JobFolders("/", new RedisStateFiles(redis)));
        services.AddSingleton<SiloIdentity>();
        services.AddSingleton<SiloView>();
        services.AddSingleton<CoordinatedRuns>();
        services.AddSingleton(provider => new ServedParts(provider.GetRequiredService<JobFolders>(), configuration, log, options.Name, TimeProvider.System)
        {
            Metrics = metrics,
            StateOf = id => new RedisStateFiles(redis, id),
            Lanes = (run, lanes) => new RemoteLanes(
                run.JobId,
                redis.NextTerm(run.JobId),
                lanes,
                new Messages.JobRates(run.Limits.RecordsPerSecond, run.Limits.BytesPerSecond, lanes.BrokerBytesPerSecond),
                provider.GetRequiredService<IGrainFactory>(),
                provider.GetRequiredService<SiloView>(),
                provider.GetRequiredService<CoordinatedRuns>(),
                TimeProvider.System),
            Groups = (job, snapshots, target, say) =>
                new SharedGroupCommits(job, snapshots, target, provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<SiloView>(), TimeProvider.System) { Say = say },
        });
        services.AddSingleton<WorkerFactory>();
        services.AddSingleton<GroupShareWork>();
        services.AddSingleton<SiloLanes>();
        services.AddSingleton<ClusterRestoreService>();

        // Behind the silo itself, so that they end before it does.
        services.AddHostedService(static provider => provider.GetRequiredService<SiloLanes>());
        services.AddHostedService<SiloWatch>();
    }

    private static void Join(ISiloBuilder silo, SiloOptions options, StackExchange.Redis.ConfigurationOptions redis)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster, options.Cluster));
        silo.Configure<Orleans.Configuration.SiloOptions>(own => own.SiloName = options.Name);
        silo.ConfigureEndpoints(options.Advertise, options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: !System.Net.IPAddress.IsLoopback(options.Advertise));
        silo.UseRedisClustering(clustering => clustering.ConfigurationOptions = redis);

        // The directory in memory would lose the whereabouts of grains that live with a silo that dies.
        silo.UseRedisGrainDirectoryAsDefault(directory => directory.ConfigurationOptions = redis);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = options.ProbeTimeout;
            membership.NumMissedProbesLimit = 2;
            membership.NumVotesForDeathDeclaration = 2;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);

            // A silo that stands still is found dead as fast as one that is gone; the cost is that one that is merely slow for seconds is declared dead too, and starts again.
            membership.EnableIndirectProbes = false;
            membership.ExtendProbeTimeoutDuringDegradation = false;
        });
        silo.Configure<GrainCollectionOptions>(static grains => grains.DeactivationTimeout = TimeSpan.FromSeconds(20));
        silo.Configure<SiloMessagingOptions>(static messages => messages.ResponseTimeout = TimeSpan.FromSeconds(10));
    }
}
