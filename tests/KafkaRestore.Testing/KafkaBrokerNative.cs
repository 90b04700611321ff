using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Testing;

/// <summary>The few entry points of librdkafka that tests use past Confluent.Kafka: raw header keys, and the mock cluster.</summary>
internal static class KafkaBrokerNative
{
    internal const int Producer = 0;
    internal const int Consumer = 1;
    internal const int PartitionEnd = -191;

    private const string Library = "librdkafka";

    static KafkaBrokerNative() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) => name == Library ? NativeClientLibrary.Handle : 0);

    /// <summary>Creates a client instance that says nothing on stderr.</summary>
    internal static nint Create(int type, IEnumerable<KeyValuePair<string, string>> properties)
    {
        var configuration = rd_kafka_conf_new();
        rd_kafka_conf_set_log_cb(configuration, 0);
        var error = new byte[512];
        foreach (var (name, value) in properties)
        {
            if (rd_kafka_conf_set(configuration, name, value, error, error.Length) != 0)
            {
                throw new ArgumentException(Text(error), nameof(properties));
            }
        }

        var client = rd_kafka_new(type, configuration, error, error.Length);
        return client != 0 ? client : throw new InvalidOperationException(Text(error));
    }

    private static string Text(byte[] error) => Encoding.UTF8.GetString(error).TrimEnd('\0');

    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public int Error;
        public nint Topic;
        public int Partition;
        public nint Payload;
        public nuint Length;
        public nint Key;
        public nuint KeyLength;
        public long Offset;
        public nint Private;
    }

#pragma warning disable IDE1006, SYSLIB1054, CA2101 // the library's own names; marshalling by the runtime is fast enough for tests
    [DllImport(Library)]
    private static extern nint rd_kafka_conf_new();

    [DllImport(Library)]
    private static extern void rd_kafka_conf_set_log_cb(nint configuration, nint callback);

    [DllImport(Library)]
    private static extern int rd_kafka_conf_set(nint configuration, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, byte[] error, nint size);

    [DllImport(Library)]
    private static extern nint rd_kafka_new(int type, nint configuration, byte[] error, nint size);

    [DllImport(Library)]
    internal static extern void rd_kafka_destroy_flags(nint client, int flags);

    [DllImport(Library)]
    internal static extern nint rd_kafka_topic_partition_list_new(int size);

    [DllImport(Library)]
    internal static extern nint rd_kafka_topic_partition_list_add(nint list, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition);

    [DllImport(Library)]
    internal static extern int rd_kafka_topic_partition_list_set_offset(nint list, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, long offset);

    [DllImport(Library)]
    internal static extern void rd_kafka_topic_partition_list_destroy(nint list);

    [DllImport(Library)]
    internal static extern int rd_kafka_assign(nint client, nint list);

    [DllImport(Library)]
    internal static extern nint rd_kafka_consumer_poll(nint client, int milliseconds);

    [DllImport(Library)]
    internal static extern int rd_kafka_query_watermark_offsets(nint client, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, out long low, out long high, int milliseconds);

    [DllImport(Library)]
    internal static extern void rd_kafka_message_destroy(nint message);

    [DllImport(Library)]
    internal static extern long rd_kafka_message_timestamp(nint message, out int type);

    [DllImport(Library)]
    internal static extern int rd_kafka_message_headers(nint message, out nint headers);

    [DllImport(Library)]
    internal static extern int rd_kafka_header_get_all(nint headers, nint index, out nint name, out nint value, out nint size);

    [DllImport(Library)]
    internal static extern nint rd_kafka_handle_mock_cluster(nint client);

    [DllImport(Library)]
    internal static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_topic_create(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicas);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_partition_set_leader(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, int broker);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_push_request_errors_array(nint cluster, short api, nint count, int[] errors);
#pragma warning restore IDE1006, SYSLIB1054, CA2101
}
