using System.Collections.Concurrent;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>The runs that this silo coordinates. Thread-safe.</summary>
internal sealed class CoordinatedRuns
{
    private readonly ConcurrentDictionary<string, RemoteLanes> _runs = new(StringComparer.Ordinal);

    /// <summary>The run of a job whose lanes are being carried out; null before the first lane, and afterwards.</summary>
    public RemoteLanes? Find(string jobId) => _runs.GetValueOrDefault(jobId);

    /// <summary>Begins.</summary>
    public void Add(string jobId, RemoteLanes run) => _runs[jobId] = run;

    /// <summary>Ends.</summary>
    public void Remove(string jobId, RemoteLanes run) => _runs.TryRemove(new KeyValuePair<string, RemoteLanes>(jobId, run));

    /// <summary>Another silo goes on coordinating the job: lanes elsewhere are left at work.</summary>
    public void Leave(string jobId) => Find(jobId)?.Leave();
}
