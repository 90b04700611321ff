using System.Text;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>The headers that a backup adds behind a record's own.</summary>
internal static class Tracking
{
    public static HeaderData Offset(long offset) => TestRecords.Header("x-original-offset", BitConverter.GetBytes(offset));

    public static HeaderData Timestamp(long timestamp) => TestRecords.Header("x-original-timestamp", BitConverter.GetBytes(timestamp));

    public static HeaderData Cluster(string name) => TestRecords.Header("x-source-cluster", Encoding.UTF8.GetBytes(name));

    public static IEnumerable<HeaderData> Of(long offset, long timestamp, string? cluster = null) =>
        cluster is null ? [Offset(offset), Timestamp(timestamp)] : [Offset(offset), Timestamp(timestamp), Cluster(cluster)];
}
