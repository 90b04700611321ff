namespace KafkaRestore.Records.Errors;

/// <summary>Every kind of failure that the program reports; docs/errors.md is checked against this list.</summary>
public static class ErrorCodes
{
    /// <summary>The command line is wrong.</summary>
    public static readonly ErrorCode Usage = new("USAGE", ExitCode.Usage,
        "The command line cannot be understood.", "See the command's --help.");

    /// <summary>A configuration value is wrong.</summary>
    public static readonly ErrorCode ConfigInvalid = new("CONFIG_INVALID", ExitCode.Usage,
        "A configuration value is missing, malformed or contradicts another.", "Correct the named key; docs/configuration.md lists what each accepts.");

    /// <summary>A configuration key nobody knows.</summary>
    public static readonly ErrorCode ConfigUnknownKey = new("CONFIG_UNKNOWN_KEY", ExitCode.Usage,
        "A configuration key is not known.", "Correct its spelling or remove it; no key is ever ignored silently.");

    /// <summary>A configuration value asks for a feature that is not there.</summary>
    public static readonly ErrorCode ConfigNotSupported = new("CONFIG_NOT_SUPPORTED", ExitCode.Usage,
        "A configuration value asks for something that this version does not do.", "Remove the key or use the value that asks for nothing.");

    /// <summary>An environment variable named by the configuration is not set.</summary>
    public static readonly ErrorCode ConfigVariableUnset = new("CONFIG_VARIABLE_UNSET", ExitCode.Usage,
        "The configuration names a variable or file that does not exist.", "Set it, or write ${NAME:-default}.");

    /// <summary>A storage address or option is wrong.</summary>
    public static readonly ErrorCode StorageInvalid = new("STORAGE_INVALID", ExitCode.Usage,
        "A storage address cannot be understood.", "Use a directory, file:///dir or s3://bucket/prefix?region=…&endpoint=…&path_style=true.");

    /// <summary>The storage does not answer.</summary>
    public static readonly ErrorCode StorageUnavailable = new("STORAGE_UNAVAILABLE", ExitCode.Refused,
        "The storage does not answer or breaks off, and retrying did not help.", "Check the endpoint, the network and the storage's own state, then run again.");

    /// <summary>The storage refuses us.</summary>
    public static readonly ErrorCode StorageDenied = new("STORAGE_DENIED", ExitCode.Refused,
        "The storage refuses these credentials.", "Check the keys, the bucket policy, and that reading and listing are allowed.");

    /// <summary>A write was refused because the object exists.</summary>
    public static readonly ErrorCode StorageConflict = new("STORAGE_CONFLICT", ExitCode.Refused,
        "An object that must not be replaced exists already.", "Choose another name or remove the object.");

    /// <summary>No room left.</summary>
    public static readonly ErrorCode DiskFull = new("DISK_FULL", ExitCode.Partial,
        "A disk has no room left.", "Free space on the named path, or name another one.");

    /// <summary>No archive of this id.</summary>
    public static readonly ErrorCode ArchiveNotFound = new("ARCHIVE_NOT_FOUND", ExitCode.Refused,
        "There is no archive of this id.", "List the archives with `kafka-restore list --path …` and check the spelling and the prefix.");

    /// <summary>The manifest cannot be read.</summary>
    public static readonly ErrorCode ManifestInvalid = new("MANIFEST_INVALID", ExitCode.Refused,
        "The archive's manifest is damaged or incomplete.", "Restore manifest.json from an earlier version of the object; nothing can be trusted without it.");

    /// <summary>An object of the archive is missing.</summary>
    public static readonly ErrorCode SegmentMissing = new("SEGMENT_MISSING", ExitCode.Refused,
        "An object that the manifest lists does not exist.", "Bring it back from versioning or a copy (a lifecycle rule may have removed it), leave its partition out, or leave the object out with `on_damaged_segment: skip`.");

    /// <summary>A segment is damaged.</summary>
    public static readonly ErrorCode ArchiveCorrupt = new("ARCHIVE_CORRUPT", ExitCode.Partial,
        "An object of the archive is damaged or contradicts the manifest.", "Run `kafka-restore validate --deep`, and bring the object back from versioning or a copy, or leave it out with `on_damaged_segment: skip`.");

    /// <summary>A key leaves the archive's folder.</summary>
    public static readonly ErrorCode ArchiveUnsafeKey = new("ARCHIVE_UNSAFE_KEY", ExitCode.Refused,
        "The manifest names an object outside the archive's own folder.", "Do not trust this archive: its manifest was damaged or forged.");

    /// <summary>Something in the archive is larger than any honest one.</summary>
    public static readonly ErrorCode ArchiveLimit = new("ARCHIVE_LIMIT", ExitCode.Partial,
        "An object of the archive claims or unpacks to more than the limits allow.", "If the archive is honest, say so with the error's numbers; the limits are in docs/archive-formats.md.");

    /// <summary>Two lives of one topic under one id.</summary>
    public static readonly ErrorCode ArchiveGenerations = new("ARCHIVE_GENERATIONS", ExitCode.Partial,
        "Two segments hold different records at the same source offset: the topic was recreated under one archive id.", "Choose with `generation: oldest` or `generation: newest`.");

    /// <summary>There is no such snapshot.</summary>
    public static readonly ErrorCode SnapshotNotFound = new("SNAPSHOT_NOT_FOUND", ExitCode.Refused,
        "There is no offset snapshot of this id.", "List the snapshots with `kafka-restore offset-rollback list --path …`.");

    /// <summary>Nothing matches the selection.</summary>
    public static readonly ErrorCode NothingSelected = new("NOTHING_SELECTED", ExitCode.Refused,
        "Nothing in the archive matches the selection.", "Compare the patterns with `kafka-restore describe`.");

    /// <summary>The plan contradicts itself.</summary>
    public static readonly ErrorCode PlanConflict = new("PLAN_CONFLICT", ExitCode.Refused,
        "The selection and mappings cannot be carried out together.", "Correct the mapping that is named.");

    /// <summary>Something else is not as the plan needs it before the first write.</summary>
    public static readonly ErrorCode PreflightFailed = new("PREFLIGHT_FAILED", ExitCode.Refused,
        "Checks before the first write found errors; nothing was written.", "Correct every finding of the list, then run again.");

    /// <summary>An internal topic was matched by a pattern.</summary>
    public static readonly ErrorCode InternalTopic = new("INTERNAL_TOPIC", ExitCode.Refused,
        "A topic that Kafka keeps for itself would be written.", "Map it to another name; its records mean nothing to another cluster.");

    /// <summary>No broker answers.</summary>
    public static readonly ErrorCode TargetUnreachable = new("TARGET_UNREACHABLE", ExitCode.Refused,
        "No broker of the target answers.", "Check target.bootstrap_servers, the network, and the security settings.");

    /// <summary>The target refuses us.</summary>
    public static readonly ErrorCode TargetDenied = new("TARGET_DENIED", ExitCode.Refused,
        "The target refuses this principal.", "Check the credentials and the ACLs named in docs/security.md.");

    /// <summary>A topic is missing at the target.</summary>
    public static readonly ErrorCode TargetTopicMissing = new("TARGET_TOPIC_MISSING", ExitCode.Refused,
        "A target topic does not exist.", "Create it, or set restore.create_topics: true.");

    /// <summary>Too few partitions.</summary>
    public static readonly ErrorCode TargetPartitions = new("TARGET_PARTITIONS", ExitCode.Refused,
        "A target topic has too few partitions.", "Add partitions to it, or map the partitions with restore.partition_mapping.");

    /// <summary>The target is not empty.</summary>
    public static readonly ErrorCode TargetNotEmpty = new("TARGET_NOT_EMPTY", ExitCode.Refused,
        "A target partition holds records already.", "Restore into an empty topic (restore.topic_mapping), or set restore.into_existing: append.");

    /// <summary>The target stamps records itself.</summary>
    public static readonly ErrorCode TargetTimestamps = new("TARGET_TIMESTAMPS", ExitCode.Refused,
        "A target topic overwrites the records' timestamps (LogAppendTime).", "Set message.timestamp.type=CreateTime on it for the restore.");

    /// <summary>A topic's settings cannot be what they are to be.</summary>
    public static readonly ErrorCode TargetSettings = new("TARGET_SETTINGS", ExitCode.Refused,
        "The settings of a target topic are not what the restore asks for, or the target does not take them.",
        "Change restore.topic_config_overrides, restore.existing_topic_config_policy or restore.unsupported_config_policy, or the topic (docs/target-preparation.md).");

    /// <summary>The target's log is shorter than what it acknowledged.</summary>
    public static readonly ErrorCode TargetRewound = new("TARGET_REWOUND", ExitCode.Partial,
        "A target partition ends before records that it acknowledged: it was truncated, emptied or recreated.", "Find out why the target lost acknowledged records (unclean leader election, deletion), then restore again into an empty topic.");

    /// <summary>The target's topic is another one than before.</summary>
    public static readonly ErrorCode TargetRecreated = new("TARGET_RECREATED", ExitCode.Partial,
        "A target topic was deleted and created again since the last run.", "Restore its lanes anew into the empty topic with --again, or bring the topic back.");

    /// <summary>The target's log has lost its beginning.</summary>
    public static readonly ErrorCode TargetEmptied = new("TARGET_EMPTIED", ExitCode.Partial,
        "A target partition has lost records that this restore wrote (retention, or DeleteRecords), so its end cannot be compared.",
        "Set retention.ms=-1 for the restore and begin anew with --again, or accept the loss with restore.accept_emptied_target.");

    /// <summary>The target's log has lost records in between.</summary>
    public static readonly ErrorCode TargetCompacted = new("TARGET_COMPACTED", ExitCode.Partial,
        "A target partition was compacted while it was being restored, so its end cannot be compared.", "Set cleanup.policy=delete for the restore and begin anew with --again.");

    /// <summary>The target went away in the middle.</summary>
    public static readonly ErrorCode TargetUnavailable = new("TARGET_UNAVAILABLE", ExitCode.Partial,
        "The target stopped acknowledging and did not come back within the deadline.", "Bring the brokers back; the report says what was acknowledged.");

    /// <summary>What stands in the target's log cannot be read.</summary>
    public static readonly ErrorCode TargetCorrupt = new("TARGET_CORRUPT", ExitCode.Partial,
        "A batch in the target's log is damaged, or unpacks to more than the limits allow.", "Look at the named offset with `kafka-dump-log.sh --deep-iteration`; a healthy replica may be made leader.");

    /// <summary>The broker refused records for good.</summary>
    public static readonly ErrorCode ProduceRefused = new("PRODUCE_REFUSED", ExitCode.Partial,
        "The target refused records for good.", "See the broker's reason in the message; the report says what was acknowledged.");

    /// <summary>Someone else writes to the same partition.</summary>
    public static readonly ErrorCode ForeignWriter = new("FOREIGN_WRITER", ExitCode.Partial,
        "Someone else wrote to a partition while it was being restored.", "Stop the other writer and restore into an empty topic.");

    /// <summary>Somebody's transaction is open on a target partition.</summary>
    public static readonly ErrorCode OpenTransaction = new("OPEN_TRANSACTION", ExitCode.Partial,
        "A transaction of another producer is open on a target partition.", "Wait until it ends, or abort it with `kafka-transactions.sh abort`, then run again.");

    /// <summary>Another process writes the partition from now on.</summary>
    public static readonly ErrorCode Fenced = new("FENCED", ExitCode.Partial,
        "Another process took over this target partition.", "Only one restore may write a partition: find the other one, and restore into an empty topic.");

    /// <summary>The sink cannot carry this record.</summary>
    public static readonly ErrorCode RecordNotRepresentable = new("RECORD_NOT_REPRESENTABLE", ExitCode.Partial,
        "A record has something that this way of producing cannot carry unchanged.", "Restore the topic with a sink that can carry them, or leave such records out with `on_unwritable_record: skip`.");

    /// <summary>The record is too large for the topic.</summary>
    public static readonly ErrorCode RecordTooLarge = new("RECORD_TOO_LARGE", ExitCode.Partial,
        "A record is larger than the target topic takes.", "Raise max.message.bytes of the target topic, or leave such records out with `on_unwritable_record: skip`.");

    /// <summary>A job's state is of no use.</summary>
    public static readonly ErrorCode StateCorrupt = new("STATE_CORRUPT", ExitCode.Refused,
        "Something written down for later, a job's state, an offset map or an offset report, is missing, damaged, or contradicts itself.", "Bring the named file or object back from a copy, or use --adopt to compare the target with the archive from the start; nothing is guessed in its place.");

    /// <summary>A job's state was written by a later program.</summary>
    public static readonly ErrorCode StateNewer = new("STATE_NEWER", ExitCode.Refused,
        "The state of a job was written by a newer version of this program.", "Go on with that version or a later one.");

    /// <summary>A job's state cannot be kept.</summary>
    public static readonly ErrorCode StateUnwritable = new("STATE_UNWRITABLE", ExitCode.Refused,
        "The state of a job cannot be written or read.", "Check the space, the owner and the mode of the directory, or name another place with --state-dir or restore.checkpoint_state.");

    /// <summary>Another process works on the job.</summary>
    public static readonly ErrorCode JobLocked = new("JOB_LOCKED", ExitCode.Refused,
        "Another process works on this job.", "Wait until it ends or stop it; the lock ends with its process.");

    /// <summary>The job there means something else.</summary>
    public static readonly ErrorCode JobDiffers = new("JOB_DIFFERS", ExitCode.Refused,
        "The job whose state is there means something else than this run.", "Undo the difference to go on with that job, name another restore.checkpoint_state or restore.restore_id, or begin anew with --again.");

    /// <summary>No job there.</summary>
    public static readonly ErrorCode JobNotFound = new("JOB_NOT_FOUND", ExitCode.Refused,
        "There is no state of a job at this place.", "Start the restore, or name the file or directory that holds its state with --state or --state-dir.");

    /// <summary>No run of the job can be asked anything.</summary>
    public static readonly ErrorCode JobNotRunning = new("JOB_NOT_RUNNING", ExitCode.Refused,
        "No run works on this job, or the one that does does not answer.", "Start the restore; limits for it are read from the configuration file.");

    /// <summary>The service does not answer.</summary>
    public static readonly ErrorCode ServerUnreachable = new("SERVER_UNREACHABLE", ExitCode.Refused,
        "The service of restores does not answer, or cannot listen where it is told to.", "Check the address (--server, KAFKA_RESTORE_SERVER) and that `kafka-restore serve` runs there.");

    /// <summary>The service refuses us.</summary>
    public static readonly ErrorCode ServerDenied = new("SERVER_DENIED", ExitCode.Refused,
        "The service of restores refuses this caller.", "Name the file of its token with --token-file or KAFKA_RESTORE_TOKEN_FILE.");

    /// <summary>A consumer group has members.</summary>
    public static readonly ErrorCode GroupActive = new("GROUP_ACTIVE", ExitCode.Refused,
        "A consumer group has members, and its offsets cannot be set while it reads.", "Stop the applications that are named, or let the command wait for them with --wait-for-empty.");

    /// <summary>A consumer group is not there.</summary>
    public static readonly ErrorCode GroupNotFound = new("GROUP_NOT_FOUND", ExitCode.Refused,
        "A consumer group that was named does not exist where its offsets are to come from.", "Compare the name with `kafka-restore offsets export`, or with the file that holds the offsets.");

    /// <summary>A consumer group cannot be read.</summary>
    public static readonly ErrorCode GroupUnreadable = new("GROUP_UNREADABLE", ExitCode.Refused,
        "What a consumer group has committed cannot be read.", "Grant DESCRIBE on the group and on its topics, and see that its coordinator is alive.");

    /// <summary>A consumer group has moved since a plan was made.</summary>
    public static readonly ErrorCode GroupMoved = new("GROUP_MOVED", ExitCode.Refused,
        "A consumer group has committed other offsets since the plan was made.", "Make the plan again, or say --even-if-moved.");

    /// <summary>A file with group offsets or a plan is wrong.</summary>
    public static readonly ErrorCode GroupFileInvalid = new("GROUP_FILE_INVALID", ExitCode.Usage,
        "A file with group offsets, a snapshot or a plan is damaged or of no known form.", "Correct the named place, or make the file again.");

    /// <summary>An offset is not in the log.</summary>
    public static readonly ErrorCode OffsetOutOfRange = new("OFFSET_OUT_OF_RANGE", ExitCode.Refused,
        "An offset to be committed lies outside of the partition's log.", "Correct it, or take the nearest one that the log holds with --clamp.");

    /// <summary>Offsets cannot be translated.</summary>
    public static readonly ErrorCode OffsetMapMissing = new("OFFSET_MAP_MISSING", ExitCode.Refused,
        "There is no offset map to translate group offsets with.", "Name one with --config, --state or --from, or choose another --strategy.");

    /// <summary>A result or report has nowhere to go.</summary>
    public static readonly ErrorCode OutputNotWritten = new("OUTPUT_NOT_WRITTEN", ExitCode.Partial,
        "The work is done, but its result or report could not be written.", "Free space or name another place; what was restored is not affected.");

    /// <summary>Stopped on request.</summary>
    public static readonly ErrorCode Stopped = new("STOPPED", ExitCode.Stopped,
        "The run was stopped on request.", "The report says what was done.");

    /// <summary>A native library is missing.</summary>
    public static readonly ErrorCode NativeLibraryMissing = new("NATIVE_LIBRARY_MISSING", ExitCode.Usage,
        "A native library that the program needs is not installed.", "Install it: on Debian and Ubuntu `apt-get install librdkafka1 libzstd1 liblz4-1`.");

    /// <summary>A defect.</summary>
    public static readonly ErrorCode Internal = new("INTERNAL", ExitCode.Unexpected,
        "The program met a state it should not be able to reach.", "Report it with the log; run with --verbose for the stack trace.");

    /// <summary>All of them, in the order of this file.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        Usage, ConfigInvalid, ConfigUnknownKey, ConfigNotSupported, ConfigVariableUnset,
        StorageInvalid, StorageUnavailable, StorageDenied, StorageConflict, DiskFull,
        ArchiveNotFound, ManifestInvalid, SegmentMissing, ArchiveCorrupt, ArchiveUnsafeKey, ArchiveLimit, ArchiveGenerations, SnapshotNotFound,
        NothingSelected, PlanConflict, PreflightFailed, InternalTopic,
        TargetUnreachable, TargetDenied, TargetTopicMissing, TargetPartitions, TargetNotEmpty, TargetTimestamps, TargetSettings, TargetRewound, TargetRecreated, TargetEmptied, TargetCompacted, TargetUnavailable, TargetCorrupt,
        ProduceRefused, ForeignWriter, OpenTransaction, Fenced, RecordNotRepresentable, RecordTooLarge,
        StateCorrupt, StateNewer, StateUnwritable, JobLocked, JobDiffers, JobNotFound, JobNotRunning, ServerUnreachable, ServerDenied,
        GroupActive, GroupNotFound, GroupUnreadable, GroupMoved, GroupFileInvalid, OffsetOutOfRange, OffsetMapMissing,
        OutputNotWritten, Stopped, NativeLibraryMissing, Internal,
    ];
}
