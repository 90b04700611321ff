using System.Diagnostics.Metrics;
using System.Reflection;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Metrics.Following;

namespace KafkaRestore.Metrics.Instruments;

/// <summary>
/// Every instrument of the program, under one meter. All but two are read when somebody asks, from what the engine keeps anyway; the two histograms are told of requests to the storage and of ended runs.
/// docs/observability.md lists the names as Prometheus sees them.
/// </summary>
internal sealed class RestoreInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "KafkaRestore";

    private static readonly InstrumentAdvice<double> RunSeconds = new() { HistogramBucketBoundaries = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400, 259_200] };
    private static readonly InstrumentAdvice<double> RequestSeconds = new() { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };
    private static readonly (string Word, LaneState State)[] LaneStates = [.. Enum.GetValues<LaneState>().Select(static state => (state.ToString().ToLowerInvariant(), state))];

    private readonly Meter _meter = new(MeterName, Version);
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _requestDuration;

    /// <param name="jobs">The jobs that are shown.</param>
    /// <param name="storages">The counters of each kind of storage.</param>
    /// <param name="service">The service's own counts; null while there is no service.</param>
    public RestoreInstruments(JobBook jobs, Func<IEnumerable<KeyValuePair<string, StorageCounters>>> storages, Func<ServiceCounts?> service)
    {
        _duration = _meter.CreateHistogram("kafka.restore.duration", "s", "How long runs took, from the end of the check before the first write to the report.", advice: RunSeconds);
        _requestDuration = _meter.CreateHistogram("kafka.restore.storage.request.duration", "s", "How long single requests to the archive's storage took.", advice: RequestSeconds);

        Counter("records", "{record}", "Records that the target has acknowledged.", static job => job.Counts.Acknowledged.Records);
        Counter("bytes", "By", "Uncompressed bytes of these records.", static job => job.Counts.Acknowledged.Bytes);
        Counter("partitions.completed", "{partition}", "Target partitions that are restored to the end.", static job => job.Counts.LanesCompleted);
        Counter("acknowledgements", "{acknowledgement}", "Acknowledgements of the target, each of one or more records.", static job => job.Counts.Acknowledgements);
        Counter("records.recognised", "{record}", "Records that an earlier run had written without noting it, found in the target and not sent again.", static job => job.Counts.Recognised);
        Counter("retries", "{retry}", "Times that something was sent again.", static job => job.Counts.Retries);
        CounterOfSeconds("limiter.wait", "Time that partitions have waited for the limits, added up.", static job => job.Counts.LimiterWait.TotalSeconds);
        PerLabel("errors", "{error}", "Failures, by code.", "error_type", static job => job.Counts.Errors.Select(static error => (error.Key, error.Value)));
        PerLabel("topic.records", "{record}", "Records that the target has acknowledged, by target topic.", "topic", static job => job.Counts.Topics.Select(static topic => (topic.Key, topic.Value.Records)));
        PerLabel("topic.bytes", "By", "Uncompressed bytes of these records, by target topic.", "topic", static job => job.Counts.Topics.Select(static topic => (topic.Key, topic.Value.Bytes)));

        Gauge("progress", "%", "Share of the planned records that is accounted for.", static job => job.Run?.Percent, isArchiveNamed: true);
        Gauge("eta", "s", "Time left at the speed since the run began.", static job => job.Run?.SecondsLeft);
        Gauge("throughput.records_per_sec", null, "Records a second since the run began.", static job => job.Run?.RecordsPerSecond);
        Gauge("records.planned", "{record}", "Records of the plan.", static job => job.Run?.Planned);
        Gauge("records.accounted_for", "{record}", "Records acknowledged or left out on purpose, in all runs.", static job => job.Run?.AccountedFor);
        Gauge("records.skipped", "{record}", "Records left out because they cannot be read or written, in all runs.", static job => job.Lanes.Skipped);
        Gauge("lanes.troubled", "{lane}", "Target partitions that wait for the target, which says why.", static job => job.Lanes.Troubled);
        Gauge("acknowledgement.age", "s", "The longest time that a running partition has waited for an acknowledgement.", static job => job.Lanes.AcknowledgementAge?.TotalSeconds);
        Gauge("checkpoint.age", "s", "The age of the oldest checkpoint of a running partition.", static job => job.Lanes.CheckpointAge?.TotalSeconds);
        Gauge("offset_map.size", "By", "Bytes of offset maps that were written.", static job => job.Lanes.OffsetMapBytes);
        _meter.CreateObservableGauge(
            "kafka.restore.lanes",
            () => jobs.Look().SelectMany(static job => LaneStates.Select(state => new Measurement<long>(job.Lanes.In(state.State), Tags(job.Labels, new("state", state.Word))))),
            "{lane}",
            "Target partitions by state.");

        OfStorage("errors", "{error}", "Requests to the storage that failed, those that were repeated among them.", static counters => counters.Errors);
        OfStorage("read", "By", "Bytes read from the storage.", static counters => counters.BytesRead);
        OfStorage("written", "By", "Bytes written to the storage.", static counters => counters.BytesWritten);

        OfService("jobs", "{job}", "Jobs of the service by state; every node says the same.", static counts => counts.Jobs);
        OfService("silos", "{silo}", "Nodes of the service by state; every node says the same.", static counts => counts.Silos);
        _meter.CreateObservableGauge("kafka.restore.build.info", static () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", Version)), null, "The program's version; always 1.");

        void Counter(string name, string unit, string help, Func<JobPicture, long> value) => _meter.CreateObservableCounter(
            $"kafka.restore.{name}", () => jobs.Look().Select(job => new Measurement<long>(value(job), Tags(job.Labels))), unit, help);

        void CounterOfSeconds(string name, string help, Func<JobPicture, double> value) => _meter.CreateObservableCounter(
            $"kafka.restore.{name}", () => jobs.Look().Select(job => new Measurement<double>(value(job), Tags(job.Labels))), "s", help);

        void PerLabel(string name, string unit, string help, string label, Func<JobPicture, IEnumerable<(string Label, long Value)>> values) => _meter.CreateObservableCounter(
            $"kafka.restore.{name}", () => jobs.Look().SelectMany(job => values(job).Select(one => new Measurement<long>(one.Value, Tags(job.Labels, new(label, one.Label))))), unit, help);

        void Gauge(string name, string? unit, string help, Func<JobPicture, double?> value, bool isArchiveNamed = false) => _meter.CreateObservableGauge(
            $"kafka.restore.{name}",
            () => jobs.Look().Select(job => (job.Labels, Value: value(job))).Where(static one => one.Value is not null).Select(one =>
                new Measurement<double>(one.Value!.Value, isArchiveNamed ? Tags(one.Labels, new("backup_id", one.Labels.BackupId)) : Tags(one.Labels))),
            unit,
            help);

        void OfStorage(string name, string unit, string help, Func<StorageCounters, long> value) => _meter.CreateObservableCounter(
            $"kafka.restore.storage.{name}", () => storages().Select(one => new Measurement<long>(value(one.Value), Backend(one.Key))), unit, help);

        void OfService(string name, string unit, string help, Func<ServiceCounts, IEnumerable<(string State, int Count)>> counts) => _meter.CreateObservableGauge(
            $"kafka.restore.{name}", () => service() is { } known ? counts(known).Select(static one => new Measurement<long>(one.Count, new KeyValuePair<string, object?>("state", one.State))) : [], unit, help);
    }

    /// <summary>The program's version.</summary>
    public static string Version { get; } = typeof(RestoreInstruments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The meter: two of one name may live in a process, in tests.</summary>
    public Meter Meter => _meter;

    /// <summary>A run has ended.</summary>
    public void RunEnded(string backupId, RunOutcome outcome, TimeSpan took) => _duration.Record(
        took.TotalSeconds, new KeyValuePair<string, object?>("backup_id", backupId), new KeyValuePair<string, object?>("status", outcome.ToString().ToLowerInvariant()));

    /// <summary>A request to a storage has ended.</summary>
    public void RequestEnded(string backend, TimeSpan took) => _requestDuration.Record(took.TotalSeconds, Backend(backend));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Backend(string word) => new("backend", word);

    // Not `job`: that is the label which Prometheus itself gives to every target.
    private static KeyValuePair<string, object?>[] Tags(RunLabels labels, KeyValuePair<string, object?>? further = null)
    {
        List<KeyValuePair<string, object?>> tags = [new("restore_id", labels.RestoreId)];
        if (labels.JobId is { } job)
        {
            tags.Add(new("job_id", job));
        }

        if (further is { } one)
        {
            tags.Add(one);
        }

        return [.. tags];
    }
}
