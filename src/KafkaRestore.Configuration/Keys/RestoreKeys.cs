using KafkaRestore.Configuration.Values;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka.Sinks;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The section <c>restore</c>: what is restored, how, and what is told about it.</summary>
internal static class RestoreKeys
{
    private const string LocalOnly = "progress is saved on this machine's disk only";
    private const string NoSchemaIds = "schema ids cannot be rewritten yet";

    private static readonly DeliveryOptions Delivery = new();
    private static readonly ExecutionOptions Execution = new();
    private static readonly PreparationOptions Preparation = new();

    public static IReadOnlyList<ConfigurationKey> All { get; } = [.. Selection, .. Mapping, .. Records, .. Preparing, .. Producing, .. Resuming, .. GroupKeys.All, .. SchemaIds, .. Reporting];

    private static IEnumerable<ConfigurationKey> Selection =>
    [
        Better("restore.time_window_start", new TimestampReader(), "no bound", "First timestamp that is restored, inclusive.", "decided record by record; also takes ISO 8601", (draft, value) => draft.Selection = draft.Selection with { TimeWindowStart = value }),
        Better("restore.time_window_end", new TimestampReader(), "no bound", "Last timestamp that is restored, inclusive.", "decided record by record; also takes ISO 8601", (draft, value) => draft.Selection = draft.Selection with { TimeWindowEnd = value }),
        Own(
            "restore.time_window_slack",
            new DurationReader(TimeSpan.Zero, TimeSpan.FromDays(3650)),
            "no limit",
            "Leaves out a segment without reading it when its first and last records lie further than this outside the time window and the time index does not know it; loses records whose times differ more within a segment (docs/time-windows.md).",
            (draft, value) => draft.Selection = draft.Selection with { TimeWindowSlack = value }),
        Works(
            "restore.source_partitions",
            new ListReader<int>(new IntegerReader<int>(0, int.MaxValue), "list of integers", allowEmpty: false),
            "all",
            "The source partitions that are restored, of every topic.",
            (draft, value) => draft.Selection = draft.Selection with { SourcePartitions = value.ToHashSet() }),
        Own(
            "restore.generation",
            new ChoiceReader<GenerationChoice>(("refuse", GenerationChoice.Refuse), ("oldest", GenerationChoice.Oldest), ("newest", GenerationChoice.Newest)),
            "refuse",
            "Which segment counts where two hold different records at one source offset, because a topic was recreated under one archive id.",
            (draft, value) => draft.Selection = draft.Selection with { Generation = value }),
        Own(
            "restore.on_manifest_mismatch",
            new ChoiceReader<bool>(("stop", false), ("trust_segment", true)),
            "stop",
            "What to do with a whole, self-consistent segment that is not the one that the manifest describes (size, counts, offsets, sha256).",
            (draft, value) => draft.TrustSegments = value),
        Own(
            "restore.on_damaged_segment",
            new ChoiceReader<bool>(("stop", false), ("skip", true)),
            "stop",
            "What to do with a segment that is damaged or missing: stop its partition, or leave it out whole, for good, with exit code 4 (docs/damaged-archives.md).",
            (draft, value) => draft.Skips = draft.Skips with { DamagedSegments = value }),
        Own(
            "restore.on_unwritable_record",
            new ChoiceReader<bool>(("stop", false), ("skip", true)),
            "stop",
            "What to do with a record that the target or the sink cannot take: stop its partition, or leave it out, for good, with exit code 4 (docs/damaged-archives.md).",
            (draft, value) => draft.Skips = draft.Skips with { UnwritableRecords = value }),
        Own(
            "restore.drop_control_records",
            new ChoiceReader<ControlRecordChoice>(("auto", ControlRecordChoice.Auto), ("never", ControlRecordChoice.Never)),
            "auto",
            "Whether transaction markers that were archived as records are left out; the report counts them.",
            (draft, value) => draft.Selection = draft.Selection with { ControlRecords = value }),
    ];

    private static IEnumerable<ConfigurationKey> Mapping =>
    [
        Better(
            "restore.topic_mapping",
            new MapReader<string, string>(new TextValueReader(), new TextValueReader(check: Checks.TopicName), "map of source topic to target topic"),
            "same name",
            "The target topic of a source topic; exact names.",
            "a name that Kafka does not accept is refused",
            (draft, value) => draft.Mapping = draft.Mapping with { Topics = value }),
        Works(
            "restore.partition_mapping",
            new MapReader<int, int>(new IntegerReader<int>(0, int.MaxValue), new IntegerReader<int>(0, int.MaxValue), "map of source partition to target partition"),
            "same number",
            "The target partition of a source partition, of every topic.",
            (draft, value) => draft.Mapping = draft.Mapping with { Partitions = value }),
        Better(
            "restore.repartitioning",
            new MapReader<string, Repartitioning>(
                new TextValueReader(),
                new FieldsReader<PartitioningStrategy, int, Repartitioning>(
                    ("strategy", new ChoiceReader<PartitioningStrategy>(("murmur2", PartitioningStrategy.Murmur2), ("automatic", PartitioningStrategy.Automatic)), PartitioningStrategy.Murmur2),
                    ("target_partitions", new IntegerReader<int>(1, Repartitioning.MostPartitions)),
                    (strategy, partitions) => new Repartitioning(strategy, partitions)),
                "map of target topic to {strategy, target_partitions}"),
            "none",
            "Spreads a target topic's records over another number of partitions: `murmur2` by key, as Kafka's producers do, without a key by the murmur2 of source partition (4 bytes) and source offset (8 bytes), big-endian; `automatic` so for every record.",
            "keeps no state, so that a resumed restore puts every record where the first run would have; groups can be translated",
            (draft, value) => draft.Mapping = draft.Mapping with { Repartitioning = value }),
    ];

    private static IEnumerable<ConfigurationKey> Records =>
    [
        Better(
            "restore.include_original_offset_header",
            new BooleanReader(),
            Text(false),
            "Adds x-original-offset, x-original-timestamp and x-source-partition to every record.",
            "as decimal text, which applications can parse; restore.offset_header_encoding changes that",
            (draft, value) => draft.Headers = draft.Headers with { Add = draft.Headers.Add || value }),
        Own(
            "restore.offset_header_encoding",
            new ChoiceReader<HeaderEncoding>(("decimal", HeaderEncoding.Decimal), ("binary", HeaderEncoding.Binary)),
            "decimal",
            "How the added headers write their numbers; `binary` is little-endian, as kafka-backup writes them.",
            (draft, value) => draft.Headers = draft.Headers with { Encoding = value }),
        Works("restore.strip_offset_headers", new BooleanReader(), Text(false), "Removes the tracking headers that the backup added.", (draft, value) => draft.Headers = draft.Headers with { Strip = value }),
    ];

    private static IEnumerable<ConfigurationKey> Preparing =>
    [
        Works("restore.dry_run", new BooleanReader(), Text(false), "Checks everything and writes nothing.", (draft, value) => draft.DryRun = value),
        Always("restore.dry_run_check_segments", new BooleanReader(), Text(true), "Looks for every selected segment in a dry run.", "every selected segment is looked for, before every run", value => !value),
        Works("restore.create_topics", new BooleanReader(), Text(Preparation.CreateTopics), "Creates target topics that do not exist.", (draft, value) => draft.Preparation = draft.Preparation with { CreateTopics = value }),
        Works("restore.default_replication_factor", new ReplicationFactorReader(), "target_profile's, else the archive's, else the broker's", "The replication factor of topics that are created; -1 is the broker's default.", (draft, value) => draft.Preparation = draft.Preparation with { DefaultReplicationFactor = value }),
        Own(
            "restore.into_existing",
            new ChoiceReader<bool>(("refuse", false), ("append", true)),
            "refuse",
            "What happens when a target partition holds records already.",
            (draft, value) => draft.Preparation = draft.Preparation with { AppendToExisting = value }),
        Better(
            "restore.purge_topics",
            new BooleanReader(),
            Text(false),
            "Deletes the records of existing target partitions before the first write; refused without `--purge` on the command line (docs/target-preparation.md).",
            "asks for a confirmation that names what would be deleted; never once the job has begun",
            (draft, value) => draft.Preparation = draft.Preparation with { PurgeTopics = value }),
        Works("restore.restore_topic_configs", new BooleanReader(), Text(Preparation.RestoreTopicConfigs), "Gives created topics the settings and replicas that the archive has captured.", (draft, value) => draft.Preparation = draft.Preparation with { RestoreTopicConfigs = value }),
        Better(
            "restore.existing_topic_config_policy",
            new ChoiceReader<ExistingTopicPolicy>(("validate_only", ExistingTopicPolicy.ValidateOnly), ("apply", ExistingTopicPolicy.Apply), ("fail", ExistingTopicPolicy.Fail)),
            "validate_only",
            "What happens when a topic that existed before has other settings than it is to have: they are reported, changed, or refuse the restore.",
            "decided before anything is created; `apply` also sets aside what would destroy records during the restore",
            (draft, value) => draft.Preparation = draft.Preparation with { ExistingTopics = value }),
        Better(
            "restore.topic_config_overrides",
            new MapReader<string, IReadOnlyDictionary<string, string>>(
                new TextValueReader(check: Checks.TopicName),
                new MapReader<string, string>(new TextValueReader(check: Checks.SettingName), new TextValueReader(allowEmpty: true, allowTyped: true), "map of setting to value"),
                "map of target topic to its settings"),
            "none",
            "Settings that win over captured ones.",
            "hold for every topic, also for one of which nothing was captured",
            (draft, value) => draft.Preparation = draft.Preparation with { Overrides = value }),
        Better(
            "restore.unsupported_config_policy",
            new ChoiceReader<bool>(("skip", false), ("fail", true)),
            "skip",
            "What happens to a setting that the target does not know, does not let be changed or does not take, or that lies outside the limits of target_profile: left out or clamped, and reported; or the restore is refused.",
            "decided before anything is created",
            (draft, value) => draft.Preparation = draft.Preparation with { RefuseUnsupported = value }),
        Works("restore.target_profile", new ChoiceReader<TargetProfile>(("confluent_cloud", TargetProfile.ConfluentCloud)), "none", "Keeps settings and replicas within the limits of a hosting service.", (draft, value) => draft.Preparation = draft.Preparation with { Profile = value }),
        Works(
            "restore.target_cluster_type",
            new ChoiceReader<HostedClusterType>(("basic", HostedClusterType.Basic), ("standard", HostedClusterType.Standard), ("enterprise", HostedClusterType.Enterprise), ("dedicated", HostedClusterType.Dedicated)),
            "the one with the tightest limits",
            "The kind of cluster of target_profile.",
            (draft, value) => draft.Preparation = draft.Preparation with { ClusterType = value }),
        Own(
            "restore.put_back_settings",
            new ChoiceReader<SettingsPutBack>(("at_end", SettingsPutBack.AtEnd), ("on_request", SettingsPutBack.OnRequest)),
            "at_end",
            "When settings that were set aside during the restore are put back: as soon as everything is restored, or by `kafka-restore apply-pending`.",
            (draft, value) => draft.Preparation = draft.Preparation with { PutBack = value }),
        NoEffect("restore.header_preflight", new ChoiceReader<string>(("auto", "auto"), ("full", "full"), ("skip", "skip")), "", "Reads the archive's tracking headers before the run.", "offsets come from the archive's segments, not from headers"),
    ];

    private static IEnumerable<ConfigurationKey> Producing =>
    [
        Own<SinkKind?>(
            "restore.sink",
            new ChoiceReader<SinkKind?>(("auto", null), ("batch", SinkKind.Batch), ("client", SinkKind.Client)),
            "auto",
            "What writes: `batch` writes whole record batches and can fence, `client` goes record by record through librdkafka; `auto` is batch where the target and its authentication allow it, else client.",
            (draft, value) => draft.Delivery = draft.Delivery with { Sink = value }),
        Own<DeliveryGuarantee?>(
            "restore.delivery",
            new ChoiceReader<DeliveryGuarantee?>(("fenced", DeliveryGuarantee.Fenced), ("idempotent", DeliveryGuarantee.Idempotent)),
            "fenced with the batch sink, idempotent with the client sink",
            "What is done about other writers of a partition: `fenced` shuts an earlier restore out of it before the first record, and needs rights on transactional ids (docs/security.md); `idempotent` does nothing.",
            (draft, value) => draft.Delivery = draft.Delivery with { Guarantee = value }),
        Better(
            "restore.max_concurrent_partitions",
            new IntegerReader<int>(1, 10_000),
            Text(Execution.MaxConcurrentLanes),
            "Partitions that are restored at once.",
            "over all topics, not within one topic after another",
            (draft, value) => draft.Execution = draft.Execution with { MaxConcurrentLanes = value }),
        Own(
            "restore.memory_budget",
            new SizeReader<long>(1 << 20, 1L << 40),
            Bytes(Execution.MemoryBudgetBytes),
            "The bytes that all partitions together may hold in memory.",
            (draft, value) => draft.Execution = draft.Execution with { MemoryBudgetBytes = value }),
        Own("restore.spool_directory", new TextValueReader("path"), "the system's temporary directory", "Where a segment larger than the memory budget is kept meanwhile.", (draft, value) => draft.Execution = draft.Execution with { SpoolDirectory = value }),
        Own(
            "restore.priority",
            new ListReader<string>(new TextValueReader(check: Checks.NamePattern), "list of topic patterns"),
            "the largest partitions first",
            "Source topics that are restored first, in this order.",
            (draft, value) => draft.Execution = draft.Execution with { Priority = value }),
        Better(
            "restore.rate_limit_records_per_sec",
            new IntegerReader<long>(1, long.MaxValue),
            "no limit",
            "Most records a second.",
            "over all partitions together",
            (draft, value) => draft.Execution = draft.Execution with { RecordsPerSecond = value }),
        Better(
            "restore.rate_limit_bytes_per_sec",
            new SizeReader<long>(1, long.MaxValue),
            "no limit",
            "Most bytes a second, before compression.",
            "enforced, over all partitions together; takes units",
            (draft, value) => draft.Execution = draft.Execution with { BytesPerSecond = value }),
        Own(
            "restore.rate_limit_broker_bytes_per_sec",
            new SizeReader<long>(1, long.MaxValue),
            "no limit",
            "Most bytes a second to each broker, as they go over the wire. The batch sink only: with another sink the run is refused.",
            (draft, value) => draft.Delivery = draft.Delivery with { BrokerBytesPerSecond = value }),
        Better(
            "restore.produce_batch_size",
            new IntegerReader<int>(1, 1_000_000),
            Text(Delivery.BatchRecords),
            "Most records in one batch.",
            "the default there is 1000; produce_max_batch_bytes bounds the bytes",
            (draft, value) => draft.Delivery = draft.Delivery with { BatchRecords = value }),
        Works(
            "restore.produce_max_batch_bytes",
            new SizeReader<int>(1_024, 1_000_000_000),
            Bytes(Delivery.BatchBytes),
            "Most bytes in one batch, before compression; lowered to what the topic takes.",
            (draft, value) => draft.Delivery = draft.Delivery with { BatchBytes = value }),
        Own(
            "restore.produce_linger",
            new DurationReader(TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Text(Delivery.Linger),
            "How long a batch that is not full waits for more records.",
            (draft, value) => draft.Delivery = draft.Delivery with { Linger = value }),
        Own(
            "restore.produce_codec",
            new ChoiceReader<ProduceCodec>(("none", ProduceCodec.None), ("lz4", ProduceCodec.Lz4), ("zstd", ProduceCodec.Zstd), ("snappy", ProduceCodec.Snappy), ("gzip", ProduceCodec.Gzip)),
            "lz4",
            "How batches are compressed.",
            (draft, value) => draft.Delivery = draft.Delivery with { Codec = value }),
        Own(
            "restore.produce_codec_level",
            new IntegerReader<int>(1, 19),
            "the codec's own",
            "How hard the codec tries: 1 to 19 for zstd, 1 to 9 for gzip; the others have no level. The batch sink only.",
            (draft, value) => draft.Delivery = draft.Delivery with { CodecLevel = value }),
        Better(
            "restore.produce_timeout_ms",
            new DurationReader(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(15), "ms"),
            Text(Delivery.RequestTimeout),
            "How long a broker may take for one request.",
            "takes units; a negative one is refused",
            (draft, value) => draft.Delivery = draft.Delivery with { RequestTimeout = value }),
        Own(
            "restore.broker_unavailable_timeout",
            new DurationReader(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            Text(Delivery.AcknowledgementDeadline),
            "How long a partition waits without one acknowledgement before it gives up; starts anew with every acknowledgement.",
            (draft, value) => draft.Delivery = draft.Delivery with { AcknowledgementDeadline = value }),
        Refused("restore.produce_acks", new IntegerReader<short>(-1, 1), Text(-1), "How many replicas acknowledge a batch.", "only -1, all replicas, loses nothing", value => value != -1),
        Refused("restore.idempotent_producer", new BooleanReader(), Text(true), "Whether the broker drops what is sent twice.", "without it records could stand there twice", value => !value),
        CircuitBreaker("enabled", new BooleanReader(), "", "Whether failures are counted.", (draft, value) => draft.CircuitBreakerEnabled = value),
        CircuitBreaker("failure_threshold", new IntegerReader<int>(1, int.MaxValue), "", "Failures that open it."),
        CircuitBreaker("reset_timeout_ms", new IntegerReader<long>(1, long.MaxValue), "", "When it is tried again."),
        CircuitBreaker("success_threshold", new IntegerReader<int>(1, int.MaxValue), "", "Successes that close it."),
    ];

    private static IEnumerable<ConfigurationKey> Resuming =>
    [
        Better(
            "restore.checkpoint_state",
            new TextValueReader("path", check: Checks.FilePath),
            "a file in the platform's state directory",
            "The file that a run saves its progress to and goes on from; a folder of the same name with `.d` behind it stands beside it.",
            "progress is saved with and without it (docs/resuming.md); the command line's --state-dir wins over it",
            (draft, value) => draft.State = draft.State with { CheckpointFile = value }),
        Better(
            "restore.checkpoint_interval_secs",
            new DurationReader(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "s"),
            Text(Execution.CheckpointInterval),
            "How often the progress of each partition is saved.",
            "2 s unless told otherwise; takes units; 0 is refused",
            (draft, value) => draft.Execution = draft.Execution with { CheckpointInterval = value }),
        Refused("restore.checkpoint_storage", new ChoiceReader<bool>(("local", false), ("remote", true), ("both", true)), "local", "Where progress is saved.", LocalOnly, value => value),
        Better(
            "restore.restore_id",
            new TextValueReader(check: Checks.JobName),
            "made of what the restore means",
            "The name under which progress is saved.",
            "1 to 128 of the characters A-Z a-z 0-9 . _ -; a run of the same name that means something else is refused",
            (draft, value) => draft.State = draft.State with { RestoreId = value }),
        Own(
            "restore.accept_emptied_target",
            new BooleanReader(),
            Text(false),
            "Whether a run goes on where the target has deleted restored records since (retention), although they cannot be compared any more.",
            (draft, value) => draft.State = draft.State with { AcceptEmptiedTarget = value }),
    ];

    private static IEnumerable<ConfigurationKey> SchemaIds =>
    [
        Refused("restore.rewrite_schema_ids", new BooleanReader(), Text(false), "Replaces schema ids in keys and values.", NoSchemaIds, value => value),
        Refused("restore.schema_id_mapping", new OpaqueReader("map of source id to target id"), "none", "The ids that are replaced.", NoSchemaIds, HasContent),
        Refused("restore.schema_id_rewrite_topics", new ListReader<string>(new TextValueReader(), "list of topic patterns"), "all", "The topics in which ids are replaced.", NoSchemaIds, value => value.Count > 0),
        Refused("restore.schema_id_rewrite_strict", new BooleanReader(), Text(true), "Whether an id that is not in the mapping is an error.", NoSchemaIds, value => !value),
    ];

    private static IEnumerable<ConfigurationKey> Reporting =>
    [
        Own("restore.report", new TextValueReader("path"), "none", "The file that the report of the run is written to, as JSON.", (draft, value) => draft.ReportPath = value),
        Better(
            "restore.offset_report",
            new TextValueReader("path", check: Checks.LocalFilePath),
            "none",
            "The file that source and target offsets are written to at the end of each run.",
            "holds every run of the job, also after a stop or a failure; replaced as a whole (docs/offset-maps.md)",
            (draft, value) => draft.OffsetReportPath = value),
        Own<OffsetReportFormat?>(
            "restore.offset_report_format",
            new ChoiceReader<OffsetReportFormat?>(("v1", OffsetReportFormat.JsonPairs), ("v2", OffsetReportFormat.JsonRuns), ("csv", OffsetReportFormat.Csv)),
            "csv for a path that ends in .csv, else v1",
            "The form of offset_report: `v1` is JSON with a line for each record, as kafka-backup reads it; `v2` and `csv` have a line for each run of records, and are far smaller.",
            (draft, value) => draft.OffsetReportFormat = value),
    ];

    private static ConfigurationKey CircuitBreaker<T>(string name, ValueReader<T> reader, string standard, string meaning, Action<Binding.RestoreDraft, T>? apply = null) =>
        NoEffect($"{CircuitBreakerSection}.{name}", reader, standard, meaning, "a broker that fails is retried until restore.broker_unavailable_timeout", section: CircuitBreakerSection, apply: apply);

    /// <summary>The section that gets one line for all of its keys.</summary>
    public const string CircuitBreakerSection = "restore.circuit_breaker";

    private static bool HasContent(YamlNode node) => node switch
    {
        YamlMap map => map.Entries.Count > 0,
        YamlList list => list.Items.Count > 0,
        YamlScalar scalar => !scalar.IsNull,
        _ => true,
    };
}
