using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Every kind of finding.</summary>
public static class FindingKinds
{
    /// <summary>What the plan says of itself.</summary>
    public static readonly FindingKind Plan = new("plan",
        "The selection or the mappings do something that is easily overlooked.", "Check that it is meant.");

    /// <summary>Holes that the archive explains.</summary>
    public static readonly FindingKind ArchiveGap = new("archive_gap",
        "The archive lacks source offsets, and its writer knew why.", "Nothing can bring these records back from this archive; look for another one if they matter.");

    /// <summary>Holes that nothing explains.</summary>
    public static readonly FindingKind ArchiveIncomplete = new("archive_incomplete",
        "The archive lacks source offsets, and nothing explains it.", "Look for the missing segments in other copies of the archive before you restore.");

    /// <summary>Completeness cannot be known.</summary>
    public static readonly FindingKind ArchiveNotProvable = new("archive_not_provable",
        "The archive does not record enough to prove that it is complete (written before 0.25).", "Compare record counts with another source if completeness matters.");

    /// <summary>Segments that overlap.</summary>
    public static readonly FindingKind ArchiveGenerations = new("archive_generations",
        "Segments hold the same source offsets: a backup that began anew, or a topic that was recreated under one archive id.",
        "Equal copies are written once. Where they differ the partition stops with ARCHIVE_GENERATIONS, unless restore.generation chooses one.");

    /// <summary>Markers archived as data.</summary>
    public static readonly FindingKind ControlRecords = new("control_records",
        "Transaction markers, and records of aborted transactions, may stand in the archive as ordinary records (written before 0.25, or read uncommitted).",
        "Markers are left out with restore.drop_control_records: auto. Records of aborted transactions cannot be told from others.");

    /// <summary>Tracking headers twice.</summary>
    public static readonly FindingKind ChainedHeaders = new("chained_headers",
        "Records carry tracking headers more than once: what was backed up had been restored before.", "Only the last ones belong to this archive; consumers that look for the first ones see offsets of an older cluster.");

    /// <summary>Null header values lost by old writers.</summary>
    public static readonly FindingKind EmptyHeaders = new("empty_headers",
        "Headers have empty values in segments of old writers, which stored null header values as empty ones (before 0.18).", "They are restored as empty; check consumers that tell null from empty.");

    /// <summary>A damaged segment among those looked into.</summary>
    public static readonly FindingKind SegmentDamaged = new("segment_damaged",
        "A segment that was looked into is damaged.", "Bring back a good copy, or leave it out with restore.on_damaged_segment: skip.", ErrorCodes.ArchiveCorrupt);

    /// <summary>An object is gone.</summary>
    public static readonly FindingKind ObjectMissing = new("object_missing",
        "An object that the manifest lists does not exist.", "Bring it back, or leave its segment out with restore.on_damaged_segment: skip.", ErrorCodes.SegmentMissing);

    /// <summary>An object has another size.</summary>
    public static readonly FindingKind ObjectSize = new("object_size",
        "An object has another size than the manifest says.", "Bring back the right one, or leave its segment out with restore.on_damaged_segment: skip.", ErrorCodes.ArchiveCorrupt);

    /// <summary>An object cannot be read.</summary>
    public static readonly FindingKind ObjectAccess = new("object_access",
        "An object is there, and reading a byte of it fails: the right to read or to decrypt it is missing, or the storage holds it back.", "Give these keys the right to read the objects, and to decrypt with their encryption key.", ErrorCodes.StorageDenied);

    /// <summary>An object's content has another hash.</summary>
    public static readonly FindingKind ObjectChecksum = new("object_checksum",
        "An object's SHA-256 is not the one that the manifest says, or there is none to compare with.", "Bring back the right one.", ErrorCodes.ArchiveCorrupt);

    /// <summary>Objects in a class that holds them back, or bills reading.</summary>
    public static readonly FindingKind StorageClass = new("storage_class",
        "Objects rest in an archived storage class, or in one that bills each read.", "Bring archived objects back with the storage's restore, and wait until that is done.", ErrorCodes.SegmentMissing);

    /// <summary>The storage does not answer.</summary>
    public static readonly FindingKind StorageFailed = new("storage_failed",
        "The storage does not answer, or refuses.", "Check endpoint, keys and network.", ErrorCodes.StorageUnavailable);

    /// <summary>Not all objects were looked for.</summary>
    public static readonly FindingKind ObjectsLater = new("objects_later",
        "A job that goes on looks for the objects that come next, and for the rest while it runs.", "Nothing.");

    /// <summary>A time window leaves out what nobody has looked at.</summary>
    public static readonly FindingKind WindowSlack = new("window_slack",
        "time_window_slack leaves out segments without reading them.", "Run the command index first, which finds out exactly, or remove the key.");

    /// <summary>What the time index spares.</summary>
    public static readonly FindingKind WindowSpared = new("window_spared",
        "The time index spares segments that hold no record of the time window.", "Nothing.");

    /// <summary>No broker answers.</summary>
    public static readonly FindingKind TargetUnreachable = new("target_unreachable",
        "The target does not answer.", "Check the bootstrap servers, the listeners and the network.", ErrorCodes.TargetUnreachable);

    /// <summary>The target refuses.</summary>
    public static readonly FindingKind TargetDenied = new("target_denied",
        "The target refuses the credentials, or a question that every restore needs.", "Check user, password and certificates, and the rights in docs/security.md.", ErrorCodes.TargetDenied);

    /// <summary>Another failure.</summary>
    public static readonly FindingKind Failed = new("check_failed",
        "A check failed by itself.", "See the error's own entry in docs/errors.md.");

    /// <summary>No such topic.</summary>
    public static readonly FindingKind TopicMissing = new("topic_missing",
        "The target lacks a topic.", "Create it, or set restore.create_topics: true.", ErrorCodes.TargetTopicMissing);

    /// <summary>A topic would not be created.</summary>
    public static readonly FindingKind TopicCreation = new("topic_creation",
        "The target would refuse to create a topic: a policy, a setting or a name.", "Correct what the target objects to, or create the topic yourself.");

    /// <summary>Partitions of a topic.</summary>
    public static readonly FindingKind Partitions = new("partitions",
        "A topic has fewer partitions than are needed, or another number than the source had.",
        "Give the topic the partitions of the source; with another number, producers that go by key choose other partitions than the restored records have (restore.repartitioning spreads them anew).",
        ErrorCodes.TargetPartitions);

    /// <summary>A partition without a leader.</summary>
    public static readonly FindingKind Leaderless = new("leaderless",
        "A partition has no leader.", "Bring its brokers back, and look at their disks; the restore waits for it, and gives that partition up in the end.");

    /// <summary>A partition that holds records.</summary>
    public static readonly FindingKind NotEmpty = new("not_empty",
        "A partition holds records already.", "Delete them, restore into another topic (restore.topic_mapping), or append with restore.into_existing: append.", ErrorCodes.TargetNotEmpty);

    /// <summary>Timestamps would be overwritten.</summary>
    public static readonly FindingKind TimestampType = new("timestamp_type",
        "A topic sets its own timestamps (message.timestamp.type=LogAppendTime).", "Set message.timestamp.type=CreateTime on it for the restore.", ErrorCodes.TargetTimestamps);

    /// <summary>Timestamps outside of the topic's limits.</summary>
    public static readonly FindingKind TimestampLimits = new("timestamp_limits",
        "A topic refuses records of the selection, because their timestamps lie outside message.timestamp.before.max.ms or message.timestamp.after.max.ms.",
        "Raise the limit on the topic for the restore.", ErrorCodes.TargetTimestamps);

    /// <summary>Retention would delete what was restored.</summary>
    public static readonly FindingKind Retention = new("retention",
        "A topic's retention would delete restored records again, often within minutes.", "Set retention.ms=-1 and retention.bytes=-1 on it for the restore.");

    /// <summary>A compacted topic.</summary>
    public static readonly FindingKind Compaction = new("compaction",
        "A topic is compacted: it refuses records without a key, and removes restored records that have a younger one with the same key.",
        "Set cleanup.policy=delete with retention.ms=-1 for the restore where every record must stay, or where records have no key.", ErrorCodes.ProduceRefused);

    /// <summary>Records larger than the topic takes.</summary>
    public static readonly FindingKind RecordSize = new("record_size",
        "A record is larger than the topic's max.message.bytes.", "Raise max.message.bytes on the topic (and replica.fetch.max.bytes on brokers before 0.10.1).", ErrorCodes.RecordTooLarge);

    /// <summary>An old message format.</summary>
    public static readonly FindingKind MessageFormat = new("message_format",
        "A topic stores an old message format, which has no headers.", "Set message.format.version to 0.11.0 or later.", ErrorCodes.ProduceRefused);

    /// <summary>Log segments that would be rolled.</summary>
    public static readonly FindingKind SegmentRolling = new("segment_rolling",
        "The times of the records make the brokers roll many log segments (segment.ms), each with files and memory maps.", "Raise segment.ms on the topic for the restore, and check the brokers' limits (open files, vm.max_map_count).");

    /// <summary>More replicas than brokers.</summary>
    public static readonly FindingKind ReplicationFactor = new("replication_factor",
        "Topics would get more replicas than there are brokers, or have a single one.", "Set restore.default_replication_factor to what the cluster can hold.");

    /// <summary>min.insync.replicas cannot be met.</summary>
    public static readonly FindingKind MinInsyncReplicas = new("min_insync_replicas",
        "A topic has fewer replicas, or fewer in sync, than its min.insync.replicas: it may take no record.", "Lower min.insync.replicas, add replicas, or bring brokers back.");

    /// <summary>A topic that may not be seen.</summary>
    public static readonly FindingKind RightToDescribe = new("right_to_describe",
        "The principal may not see a topic, or read its settings.", "Allow Describe and DescribeConfigs on it.", ErrorCodes.TargetDenied);

    /// <summary>A topic that may not be written.</summary>
    public static readonly FindingKind RightToWrite = new("right_to_write",
        "The principal may not write to a topic.", "Allow Write on it.", ErrorCodes.TargetDenied);

    /// <summary>A topic that may not be read.</summary>
    public static readonly FindingKind RightToRead = new("right_to_read",
        "The principal may not read a topic: a restore that goes on cannot compare what stands there.", "Allow Read on it.", ErrorCodes.TargetDenied);

    /// <summary>A topic that may not be created.</summary>
    public static readonly FindingKind RightToCreate = new("right_to_create",
        "The principal may not create a topic.", "Allow Create on the topic or the cluster, or create the topic yourself.", ErrorCodes.TargetDenied);

    /// <summary>Transactional ids that may not be used.</summary>
    public static readonly FindingKind RightToFence = new("right_to_fence",
        "The principal may not write with the transactional ids that fence older writers off.",
        "Allow Write and Describe on transactional ids with the prefix krc. (docs/security.md), or set restore.delivery: idempotent.", ErrorCodes.TargetDenied);

    /// <summary>Disks.</summary>
    public static readonly FindingKind DiskSpace = new("disk_space",
        "What the restore takes on the brokers' disks, with replication, against what is free.", "Free or add disk space before the restore: a full disk stops a broker.");

    /// <summary>Size and duration.</summary>
    public static readonly FindingKind Estimate = new("estimate",
        "How much is read from the storage (egress), and how long that takes at least at the configured limits.", "Nothing.");

    /// <summary>No sink can write.</summary>
    public static readonly FindingKind Sink = new("sink",
        "What is asked of the sink cannot be had at this target.", "See the finding.");

    /// <summary>What was not checked.</summary>
    public static readonly FindingKind NotChecked = new("not_checked",
        "Something could not be checked, or was checked in part.", "See the finding for the reason.");

    /// <summary>What is done to topic settings.</summary>
    public static readonly FindingKind TopicSettings = new("topic_settings",
        "Topic settings differ from the archive's, cannot be had at the target, or cannot be read or set aside.", "See docs/target-preparation.md.", ErrorCodes.TargetSettings);

    /// <summary>What is deleted first.</summary>
    public static readonly FindingKind Purge = new("purge",
        "restore.purge_topics deletes the records of target topics before the first write.", "Confirm it with --purge, or leave the key out.", ErrorCodes.TargetNotEmpty);

    /// <summary>Where groups' offsets come from.</summary>
    public static readonly FindingKind GroupOffsets = new("group_offsets",
        "The offsets of consumer groups cannot be read where they should come from, or not all of them.",
        "Name another origin with restore.consumer_groups_from: an export, a snapshot, or the text of kafka-consumer-groups.sh --describe.", ErrorCodes.GroupFileInvalid);

    /// <summary>A group that is not there.</summary>
    public static readonly FindingKind GroupMissing = new("group_missing",
        "A consumer group that is to be reset is not where its offsets should come from.", "Compare its name with `kafka-restore describe`, or name another origin with restore.consumer_groups_from.", ErrorCodes.GroupNotFound);

    /// <summary>A group that reads nothing that is restored.</summary>
    public static readonly FindingKind GroupNothing = new("group_nothing",
        "A consumer group that is to be reset has read partitions that are not restored.", "Restore its topics as well, or take it out.", ErrorCodes.NothingSelected);

    /// <summary>A group with members.</summary>
    public static readonly FindingKind GroupActive = new("group_active",
        "A consumer group that is to be reset has members at the target.", "Stop its applications, or set restore.wait_for_empty_groups.", ErrorCodes.GroupActive);

    /// <summary>A group that cannot be read.</summary>
    public static readonly FindingKind GroupUnreadable = new("group_unreadable",
        "A consumer group at the target cannot be described, or its offsets cannot be set by this user.", "Grant DESCRIBE and READ on the group, and READ on its topics.", ErrorCodes.GroupUnreadable);

    /// <summary>What will be done.</summary>
    public static readonly FindingKind GroupReset = new("group_reset",
        "Consumer groups will be reset.", "Nothing is to be done.");

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<FindingKind> All { get; } =
    [
        Plan, WindowSlack, WindowSpared,
        ArchiveGap, ArchiveIncomplete, ArchiveNotProvable, ArchiveGenerations, ControlRecords, ChainedHeaders, EmptyHeaders, SegmentDamaged,
        ObjectMissing, ObjectSize, ObjectAccess, ObjectChecksum, StorageClass, StorageFailed, ObjectsLater,
        TargetUnreachable, TargetDenied, TopicMissing, TopicCreation, TopicSettings, Partitions, Leaderless, NotEmpty, Purge,
        RightToDescribe, RightToWrite, RightToRead, RightToCreate, RightToFence,
        TimestampType, TimestampLimits, Retention, Compaction, RecordSize, MessageFormat, SegmentRolling, ReplicationFactor, MinInsyncReplicas,
        GroupOffsets, GroupMissing, GroupNothing, GroupActive, GroupUnreadable, GroupReset,
        DiskSpace, Estimate, Sink, NotChecked, Failed,
    ];

    /// <summary>The kind of a failure that ended a check.</summary>
    public static FindingKind Of(ErrorCode code) =>
        code == ErrorCodes.TargetUnreachable || code == ErrorCodes.TargetUnavailable ? TargetUnreachable
        : code == ErrorCodes.TargetDenied ? TargetDenied
        : code == ErrorCodes.StorageDenied || code == ErrorCodes.StorageInvalid || code == ErrorCodes.StorageUnavailable ? StorageFailed
        : Failed;
}
