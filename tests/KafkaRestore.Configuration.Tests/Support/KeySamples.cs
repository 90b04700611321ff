namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>For every key whose value ends in the options, a value that changes them.</summary>
internal static class KeySamples
{
    private static readonly (string, string)[] S3 = [("storage.backend", "s3"), ("storage.bucket", "b")];

    private static readonly (string, string)[] Sasl =
    [
        ("target.security.security_protocol", "SASL_SSL"),
        ("target.security.sasl_mechanism", "PLAIN"),
        ("target.security.sasl_username", "u"),
        ("target.security.sasl_password", "p"),
    ];

    private static readonly (string, string)[] Kerberos = [("target.security.security_protocol", "SASL_SSL"), ("target.security.sasl_mechanism", "GSSAPI")];

    private static readonly (string, string)[] Bearer =
    [
        ("target.security.security_protocol", "SASL_SSL"),
        ("target.security.sasl_mechanism", "OAUTHBEARER"),
        ("target.security.sasl_oauthbearer_token_endpoint_url", "https://t"),
        ("target.security.sasl_oauthbearer_client_id", "c"),
        ("target.security.sasl_oauthbearer_client_secret", "s"),
    ];

    private static readonly (string, string)[] Keys = [.. S3, ("storage.access_key", "a"), ("storage.secret_key", "s")];

    private static readonly (string, string)[] Tls =
    [
        ("target.security.security_protocol", "SSL"),
        ("target.security.ssl_certificate_location", "/c.pem"),
        ("target.security.ssl_key_location", "/k.pem"),
    ];

    public static IReadOnlyList<KeySample> All { get; } =
    [
        new("backup_id", "another", "archive"),
        new("target.bootstrap_servers", "[a:1, '[::1]:9092']", "[a:1]"),
        new("target.security.security_protocol", "SASL_PLAINTEXT", "SASL_SSL", Sasl),
        new("target.security.sasl_mechanism", "SCRAM-SHA-512", "SCRAM-SHA-256", Sasl),
        new("target.security.sasl_username", "other", "u", Sasl),
        new("target.security.sasl_password", "other", "p", Sasl),
        new("target.security.sasl_oauthbearer_token_file", "/token", "/other", ("target.security.security_protocol", "SASL_SSL"), ("target.security.sasl_mechanism", "OAUTHBEARER")),
        new("target.security.sasl_oauthbearer_token_endpoint_url", "https://other", "https://t", Bearer),
        new("target.security.sasl_oauthbearer_client_id", "other", "c", Bearer),
        new("target.security.sasl_oauthbearer_client_secret", "other", "s", Bearer),
        new("target.security.sasl_oauthbearer_scope", "kafka", null, Bearer),
        new("target.security.sasl_oauthbearer_extensions", "a=b", null, Bearer),
        new("target.security.ssl_ca_location", "/ca.pem", null, Sasl),
        new("target.security.ssl_certificate_location", "/other.pem", "/c.pem", Tls),
        new("target.security.ssl_key_location", "/other.pem", "/k.pem", Tls),
        new("target.security.sasl_kerberos_service_name", "broker", null, Kerberos),
        new("target.security.sasl_keytab_path", "/k.keytab", null, Kerberos),
        new("target.security.sasl_krb5_config_path", "/krb5.conf", null, Kerberos),
        new("target.topics.include", "[orders]"),
        new("target.topics.exclude", "[orders]"),
        new("target.connection.tcp_keepalive", "false"),
        new("target.connection.tcp_nodelay", "false"),
        new("target.connection.connections_per_broker", "4"),
        new("target.client", "{ socket.timeout.ms: 5000 }"),
        new("storage.backend", "s3", "filesystem", ("storage.bucket", "b"), ("storage.path", "/p")),
        new("storage.path", "/a", "/b", ("storage.backend", "filesystem")),
        new("storage.bucket", "a", "b", ("storage.backend", "s3")),
        new("storage.prefix", "p", null, S3),
        new("storage.region", "eu-west-1", null, S3),
        new("storage.endpoint", "http://127.0.0.1:9000", null, S3),
        new("storage.access_key", "other", "a", Keys),
        new("storage.access_key_id", "other", "a", [.. S3, ("storage.secret_key", "s")]),
        new("storage.secret_key", "other", "s", Keys),
        new("storage.secret_access_key", "other", "s", [.. S3, ("storage.access_key", "a")]),
        new("storage.session_token", "t", null, Keys),
        new("storage.path_style", "true", null, S3),
        new("storage.allow_http", "true", "false", S3),
        new("restore.time_window_start", "2025-01-15T10:00:00Z"),
        new("restore.time_window_end", "1705316400000"),
        new("restore.time_window_slack", "10m", null, ("restore.time_window_start", "1705316400000")),
        new("restore.source_partitions", "[3]"),
        new("restore.generation", "newest"),
        new("restore.on_manifest_mismatch", "trust_segment"),
        new("restore.on_damaged_segment", "skip"),
        new("restore.on_unwritable_record", "skip"),
        new("restore.drop_control_records", "never"),
        new("restore.topic_mapping", "{ a: b }"),
        new("restore.partition_mapping", "{ 0: 4 }"),
        new("restore.repartitioning", "{ orders: { strategy: automatic, target_partitions: 6 } }"),
        new("restore.include_original_offset_header", "true"),
        new("restore.offset_header_encoding", "binary", null, ("restore.include_original_offset_header", "true")),
        new("restore.strip_offset_headers", "true"),
        new("restore.dry_run", "true"),
        new("restore.create_topics", "true"),
        new("restore.default_replication_factor", "3"),
        new("restore.into_existing", "append"),
        new("restore.purge_topics", "true"),
        new("restore.restore_topic_configs", "false"),
        new("restore.existing_topic_config_policy", "apply", "fail"),
        new("restore.topic_config_overrides", "{ orders: { retention.ms: -1, cleanup.policy: 'compact,delete' } }"),
        new("restore.unsupported_config_policy", "fail"),
        new("restore.target_profile", "confluent_cloud"),
        new("restore.target_cluster_type", "dedicated", "basic", ("restore.target_profile", "confluent_cloud")),
        new("restore.put_back_settings", "on_request"),
        new("restore.max_concurrent_partitions", "9"),
        new("restore.memory_budget", "64MiB"),
        new("restore.spool_directory", "/spool"),
        new("restore.priority", "[orders]"),
        new("restore.rate_limit_records_per_sec", "7"),
        new("restore.rate_limit_bytes_per_sec", "5MB"),
        new("restore.produce_batch_size", "17"),
        new("restore.produce_max_batch_bytes", "64KiB"),
        new("restore.produce_linger", "5ms"),
        new("restore.sink", "client"),
        new("restore.delivery", "idempotent", "fenced"),
        new("restore.rate_limit_broker_bytes_per_sec", "5MB"),
        new("restore.produce_codec", "zstd"),
        new("restore.produce_codec_level", "7", "3", ("restore.produce_codec", "zstd")),
        new("restore.produce_timeout_ms", "1000"),
        new("restore.broker_unavailable_timeout", "30s"),
        new("restore.checkpoint_state", "/checkpoint.json"),
        new("restore.checkpoint_interval_secs", "60"),
        new("restore.restore_id", "nightly-1"),
        new("restore.accept_emptied_target", "true"),
        new("restore.consumer_group_strategy", "header-based"),
        new("restore.report", "/report.json"),
        new("restore.offset_report", "/offsets.json"),
        new("restore.offset_report_format", "v2", "v1"),
        new("metrics.enabled", "false", "true"),
        new("metrics.bind_address", "10.0.0.1", null, ("metrics.enabled", "true")),
        new("metrics.port", "9100", null, ("metrics.enabled", "true")),
        new("metrics.path", "/m", null, ("metrics.enabled", "true")),
        new("metrics.keep_alive_seconds", "9", null, ("metrics.enabled", "true")),
        new("metrics.max_partition_labels", "0", null, ("metrics.enabled", "true")),
    ];
}
