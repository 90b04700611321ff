using System.Runtime.InteropServices;
using Confluent.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Client;

/// <summary>
/// A broker inside this process: librdkafka's mock cluster. It keeps records in memory and serves producing, metadata, log ends and reading;
/// enough to try a restore without a Kafka at hand.
/// </summary>
/// <remarks>Not guaranteed: anything a real broker checks (sizes, rights, topic settings), and creating topics through the protocol.</remarks>
public sealed unsafe class EmbeddedCluster : IDisposable
{
    private readonly IProducer<Null, Null> _owner;
    private readonly nint _cluster;

    /// <summary>Starts a cluster of one broker on a free port of this machine's loopback address.</summary>
    /// <exception cref="RestoreException">NATIVE_LIBRARY_MISSING.</exception>
    public EmbeddedCluster()
    {
        NativeClientLibrary.EnsureLoaded();
        _owner = new ProducerBuilder<Null, Null>(new Dictionary<string, string> { ["test.mock.num.brokers"] = "1", ["bootstrap.servers"] = "127.0.0.1" })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        _cluster = NativeClient.MockClusterOf(_owner);
        BootstrapServers = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint, nint>)NativeClient.Export("rd_kafka_mock_cluster_bootstraps"))(_cluster))!;
    }

    /// <summary>Where it listens.</summary>
    public string BootstrapServers { get; }

    /// <summary>Creates a topic.</summary>
    /// <exception cref="RestoreException">INTERNAL: the mock refuses.</exception>
    public void CreateTopic(string name, int partitions)
    {
        var text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            var error = ((delegate* unmanaged[Cdecl]<nint, nint, int, int, int>)NativeClient.Export("rd_kafka_mock_topic_create"))(_cluster, text, partitions, 1);
            if (error != 0)
            {
                throw new RestoreException(ErrorCodes.Internal, $"the embedded broker refused to create a topic (error {error})", name);
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();
}
