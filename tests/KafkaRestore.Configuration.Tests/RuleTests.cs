using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Tests;

public sealed class RuleTests
{
    [Theory]
    [InlineData("security_protocol=SASL_SSL", "security_protocol")]
    [InlineData("security_protocol=SASL_PLAINTEXT sasl_username=u sasl_password=p", "security_protocol")]
    [InlineData("sasl_mechanism=PLAIN", "sasl_mechanism")]
    [InlineData("security_protocol=SSL sasl_password=p", "sasl_password")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=PLAIN sasl_username=u", "sasl_mechanism")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=SCRAM-SHA256 sasl_password=p", "sasl_mechanism")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=PLAIN sasl_username=u sasl_password=''", "sasl_password")]
    [InlineData("security_protocol=SSL ssl_certificate_location=/c", "ssl_certificate_location")]
    [InlineData("security_protocol=SSL ssl_key_location=/k", "ssl_key_location")]
    [InlineData("ssl_ca_location=/ca", "ssl_ca_location")]
    [InlineData("security_protocol=PLAINTEXT ssl_ca_location=/ca", "ssl_ca_location")]
    [InlineData("security_protocol=SASL_PLAINTEXT sasl_mechanism=GSSAPI ssl_ca_location=/ca", "ssl_ca_location")]
    [InlineData("sasl_keytab_path=/k", "sasl_keytab_path")]
    [InlineData("security_protocol=TLS", "security_protocol")]
    [InlineData("security_protocol=ssl ssl_ca_location=/ca", "security_protocol")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=SCRAM-SHA-1", "sasl_mechanism")]
    [InlineData("sasl_oauthbearer_token_file=/t", "sasl_oauthbearer_token_file")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=PLAIN sasl_username=u sasl_password=p sasl_oauthbearer_scope=s", "sasl_oauthbearer_scope")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=OAUTHBEARER sasl_oauthbearer_client_id=c", "sasl_oauthbearer_client_id")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=OAUTHBEARER sasl_oauthbearer_token_endpoint_url=https://t sasl_oauthbearer_client_id=c", "sasl_oauthbearer_token_endpoint_url")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=OAUTHBEARER sasl_oauthbearer_token_endpoint_url=https://u:p@t sasl_oauthbearer_client_id=c sasl_oauthbearer_client_secret=s", "sasl_oauthbearer_token_endpoint_url")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=OAUTHBEARER sasl_oauthbearer_token_file=/t sasl_oauthbearer_token_endpoint_url=https://t sasl_oauthbearer_client_id=c sasl_oauthbearer_client_secret=s", "sasl_oauthbearer_token_file")]
    public void Security_settings_that_do_not_fit_together_are_refused(string settings, string path)
    {
        var problem = Assert.Single(Security(settings).Read().Problems);

        Assert.Same(ErrorCodes.ConfigInvalid, problem.Code);
        Assert.Equal($"target.security.{path}", problem.Path);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", SaslMechanismKind.ScramSha256)]
    [InlineData("SCRAM-SHA256", SaslMechanismKind.ScramSha256)]
    [InlineData("SCRAM-SHA-512", SaslMechanismKind.ScramSha512)]
    [InlineData("SCRAM-SHA512", SaslMechanismKind.ScramSha512)]
    public void Both_spellings_of_scram_are_read(string spelling, SaslMechanismKind expected)
    {
        var result = Security($"security_protocol=SASL_SSL sasl_mechanism={spelling} sasl_username=u sasl_password=p").Read();

        Assert.Equal(expected, result.Require().Options.Target.Security.Mechanism);
    }

    [Theory]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=GSSAPI")]
    [InlineData("security_protocol=SASL_SSL sasl_mechanism=OAUTHBEARER")]
    [InlineData("security_protocol=SSL ssl_certificate_location=/c ssl_key_location=/k")]
    [InlineData("security_protocol=SSL")]
    public void Security_settings_that_fit_together_are_accepted(string settings) => Assert.Empty(Security(settings).Read().Require().Notices);

    [Fact]
    public void Kerberos_settings_with_another_mechanism_are_shown()
    {
        var result = Security("security_protocol=SASL_SSL sasl_mechanism=PLAIN sasl_username=u sasl_password=p sasl_kerberos_service_name=kafka").Read();

        Assert.Equal("target.security.sasl_kerberos_service_name", Assert.Single(result.Require().Notices).Path);
    }

    [Theory]
    [InlineData("backend=s3", "bucket")]
    [InlineData("backend=filesystem", "path")]
    [InlineData("backend=filesystem path=/p bucket=b", "bucket")]
    [InlineData("backend=s3 bucket=b path=/p", "path")]
    [InlineData("backend=memory prefix=p", "prefix")]
    [InlineData("backend=s3 bucket=b access_key=a", "access_key")]
    [InlineData("backend=s3 bucket=b secret_access_key=s", "secret_access_key")]
    [InlineData("backend=s3 bucket=b access_key=a secret_key=''", "access_key")]
    [InlineData("backend=s3 bucket=b session_token=t", "session_token")]
    [InlineData("backend=s3 bucket=b access_key=a access_key_id=b secret_key=s", "access_key_id")]
    [InlineData("backend=s3 bucket=b access_key=a secret_access_key=t secret_key=s", "secret_access_key")]
    [InlineData("backend=s3 bucket=b endpoint=http://h:1 allow_http=false", "allow_http")]
    [InlineData("backend=s3 bucket=b endpoint=h:1", "endpoint")]
    [InlineData("backend=s3 bucket=b endpoint=ftp://h", "endpoint")]
    [InlineData("backend=s3 bucket=b endpoint=https://user:pw@h", "endpoint")]
    [InlineData("backend=S3", "backend")]
    [InlineData("backend=s4", "backend")]
    public void Storage_settings_that_do_not_fit_together_are_refused(string settings, string path)
    {
        var problem = Assert.Single(Section("storage", settings).Read().Problems);

        Assert.Same(ErrorCodes.ConfigInvalid, problem.Code);
        Assert.Equal($"storage.{path}", problem.Path);
    }

    [Fact]
    public void A_cluster_type_means_nothing_without_its_profile() =>
        Assert.Equal("restore.target_cluster_type", Assert.Single(new ConfigurationText().Set("restore.target_cluster_type", "basic").Read().Problems).Path);

    [Fact]
    public void Deleting_and_appending_contradict_each_other() =>
        Assert.Equal("restore.purge_topics", Assert.Single(new ConfigurationText().Set("restore.purge_topics", "true").Set("restore.into_existing", "append").Read().Problems).Path);

    [Theory]
    [InlineData("{ orders: { retention.ms: 604800000, cleanup.policy: 'compact,delete', preallocate: true } }", "604800000 compact,delete true")]
    [InlineData("{ orders: { unknown.key: '' } }", "")]
    public void Overrides_of_settings_are_taken_as_they_stand_there(string yaml, string values)
    {
        var overrides = new ConfigurationText().Set("restore.topic_config_overrides", yaml).Read().Require().Options.Preparation.Overrides;

        Assert.Equal(values, string.Join(' ', overrides["orders"].Values));
    }

    [Theory]
    [InlineData("{ 'a b': { retention.ms: 1 } }")]
    [InlineData("{ orders: 5 }")]
    [InlineData("{ orders: { 'retention ms': 1 } }")]
    [InlineData("{ orders: { retention.ms: [1] } }")]
    public void Overrides_that_are_none_are_refused(string yaml) =>
        Assert.StartsWith("restore.topic_config_overrides.", Assert.Single(new ConfigurationText().Set("restore.topic_config_overrides", yaml).Read().Problems).Path, StringComparison.Ordinal);

    [Theory]
    [InlineData("backend=azure account_name=a container_name=c")]
    [InlineData("backend=azure account_name=a container_name=c account_key=k use_emulator=true")]
    [InlineData("backend=gcs bucket=b service_account_path=/p")]
    public void A_storage_that_is_not_there_is_refused(string settings)
    {
        var problems = Section("storage", settings).Read().Problems;

        Assert.All(problems, problem => Assert.Same(ErrorCodes.ConfigNotSupported, problem.Code));
        Assert.Equal("storage.backend", problems[0].Path);
        Assert.Single(problems);
    }

    [Theory]
    [InlineData("access_key=a secret_key=s")]
    [InlineData("access_key_id=a secret_access_key=s")]
    [InlineData("access_key=a access_key_id=a secret_key=s secret_access_key=s")]
    public void Both_names_of_the_s3_keys_are_read(string settings)
    {
        var storage = Assert.IsType<S3StorageOptions>(Section("storage", $"backend=s3 bucket=b {settings}").Read().Require().Options.Storage);

        Assert.Equal(("a", "s"), (storage.AccessKey.Reveal(), storage.SecretKey.Reveal()));
    }

    [Fact]
    public void Empty_s3_keys_mean_the_credential_chain()
    {
        var storage = Assert.IsType<S3StorageOptions>(Section("storage", "backend=s3 bucket=b access_key='' secret_key=''").Read().Require().Options.Storage);

        Assert.True(storage.AccessKey.IsEmpty && storage.SecretKey.IsEmpty);
    }

    [Fact]
    public void A_window_that_ends_before_it_starts_is_refused()
    {
        var text = new ConfigurationText().Set("restore.time_window_start", "2025-01-01T00:00:00.001Z").Set("restore.time_window_end", "2025-01-01T00:00:00Z");
        Assert.Equal("restore.time_window_end", Assert.Single(text.Read().Problems).Path);

        text.Set("restore.time_window_start", "2025-01-01T00:00:00Z");
        Assert.NotNull(text.Read().Value);
    }

    [Fact]
    public void A_slack_without_a_window_is_shown_and_one_that_contradicts_trust_in_segments_is_refused()
    {
        var text = new ConfigurationText().Set("restore.time_window_slack", "10m");
        Assert.Contains("has no effect", Assert.Single(text.Read().Require().Notices).Text, StringComparison.Ordinal);

        text.Set("restore.time_window_end", "2025-01-01T00:00:00Z");
        Assert.Empty(text.Read().Require().Notices);
        Assert.Equal(TimeSpan.FromMinutes(10), text.Read().Require().Options.Selection.TimeWindowSlack);

        var problem = Assert.Single(text.Set("restore.on_manifest_mismatch", "trust_segment").Read().Problems);
        Assert.Equal("restore.time_window_slack", problem.Path);
    }

    [Fact]
    public void A_time_that_looks_like_seconds_is_shown()
    {
        var notice = Assert.Single(new ConfigurationText().Set("restore.time_window_end", "1705312800").Read().Require().Notices);

        Assert.Contains("1970-01-20T17:41:52Z", notice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoding_of_headers_that_are_not_added_is_shown() =>
        Assert.Single(new ConfigurationText().Set("restore.offset_header_encoding", "binary").Read().Require().Notices);

    [Theory]
    [InlineData("enable.idempotence", "true")]
    [InlineData("acks", "1")]
    [InlineData("message.timeout.ms", "1")]
    [InlineData("transactional.id", "x")]
    [InlineData("isolation.level", "read_committed")]
    [InlineData("queuing.strategy", "lifo")]
    [InlineData("bootstrap.servers", "'a:1'")]
    [InlineData("sasl.password", "x")]
    [InlineData("linger.ms", "5")]
    [InlineData("dotnet.producer.enable.delivery.reports", "false")]
    [InlineData("Socket.Timeout.Ms", "5")]
    [InlineData("socket timeout", "5")]
    public void A_client_property_that_breaks_a_promise_or_has_a_key_of_its_own_is_refused(string name, string value)
    {
        var problem = Assert.Single(new ConfigurationText().Set("target.client", $"{{ {name}: {value} }}").Read().Problems);

        Assert.StartsWith("target.client.", problem.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_client_properties_are_taken_as_they_stand()
    {
        var client = new ConfigurationText()
            .Set("target.client", "{ socket.timeout.ms: 5000, enable.ssl.certificate.verification: true, ssl.key.password: \"0123\", client.rack: a }")
            .Read().Require().Options.Target.ClientProperties;

        Assert.Equal("5000", client["socket.timeout.ms"]);
        Assert.Equal("true", client["enable.ssl.certificate.verification"]);
        Assert.Equal("0123", client["ssl.key.password"]);
    }

    [Theory]
    [InlineData("zstd", 1)]
    [InlineData("zstd", 19)]
    [InlineData("gzip", 9)]
    public void A_level_that_the_codec_has_is_accepted(string codec, int level) =>
        Assert.Empty(new ConfigurationText().Set("restore.produce_codec", codec).Set("restore.produce_codec_level", $"{level}").Read().Require().Notices);

    [Theory]
    [InlineData("zstd", 0)]
    [InlineData("zstd", 20)]
    [InlineData("gzip", 10)]
    [InlineData("lz4", 3)]
    [InlineData("none", 3)]
    [InlineData("snappy", 3)]
    [InlineData(null, 3)]
    public void A_level_that_the_codec_does_not_have_is_refused(string? codec, int level)
    {
        var text = new ConfigurationText().Set("restore.produce_codec_level", $"{level}");
        var problem = Assert.Single((codec is null ? text : text.Set("restore.produce_codec", codec)).Read().Problems);

        Assert.Equal((ErrorCodes.ConfigInvalid, "restore.produce_codec_level"), (problem.Code, problem.Path));
        Assert.True(problem.Line > 0);
    }

    [Fact]
    public void A_codec_that_nobody_knows_is_one_problem_whatever_the_level() =>
        Assert.Equal("restore.produce_codec", Assert.Single(new ConfigurationText().Set("restore.produce_codec", "brotli").Set("restore.produce_codec_level", "3").Read().Problems).Path);

    [Theory]
    [InlineData("restore.delivery", "fenced")]
    [InlineData("restore.rate_limit_broker_bytes_per_sec", "1MB")]
    public void What_the_client_sink_cannot_promise_is_refused_with_it_and_fine_with_the_others(string path, string value)
    {
        var problem = Assert.Single(new ConfigurationText().Set("restore.sink", "client").Set(path, value).Read().Problems);

        Assert.Equal((ErrorCodes.ConfigInvalid, path), (problem.Code, problem.Path));
        Assert.Empty(new ConfigurationText().Set("restore.sink", "batch").Set(path, value).Read().Require().Notices);
        Assert.Empty(new ConfigurationText().Set("restore.sink", "auto").Set(path, value).Read().Require().Notices);
    }

    [Theory]
    [InlineData("restore.produce_codec_level", "3")]
    [InlineData("target.connection.connections_per_broker", "4")]
    public void What_the_client_sink_does_not_use_is_shown_with_it_alone(string path, string value)
    {
        var shown = Assert.Single(new ConfigurationText().Set("restore.produce_codec", "zstd").Set("restore.sink", "client").Set(path, value).Read().Require().Notices);

        Assert.Equal((path, "has no effect: restore.sink is client"), (shown.Path, shown.Text));
        Assert.Empty(new ConfigurationText().Set("restore.produce_codec", "zstd").Set(path, value).Read().Require().Notices);
    }

    [Fact]
    public void A_restore_keeps_its_state_whatever_the_file_says_of_it_and_a_dry_run_keeps_none()
    {
        Assert.Equal(new StateOptions(), new ConfigurationText().Read().Require().Options.State);
        Assert.Null(new ConfigurationText().Set("restore.dry_run", "true").Set("restore.checkpoint_state", "/a.json").Read().Require().Options.State);
    }

    [Fact]
    public void The_keys_of_resuming_end_in_the_state_options()
    {
        var options = new ConfigurationText()
            .Set("restore.checkpoint_state", "/var/lib/job.json").Set("restore.restore_id", "nightly_2").Set("restore.accept_emptied_target", "true").Set("restore.checkpoint_interval_secs", "5")
            .Read().Require().Options;

        Assert.Equal(new StateOptions { CheckpointFile = "/var/lib/job.json", RestoreId = "nightly_2", AcceptEmptiedTarget = true }, options.State);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Execution.CheckpointInterval);
    }

    [Theory]
    [InlineData("restore.checkpoint_state", "/var/lib/")]
    [InlineData("restore.checkpoint_state", "' '")]
    [InlineData("restore.offset_report", "s3://bucket/offsets.json")]
    [InlineData("restore.offset_report", "/var/lib/")]
    [InlineData("restore.restore_id", "../elsewhere")]
    [InlineData("restore.restore_id", "'..'")]
    [InlineData("restore.restore_id", "'a b'")]
    [InlineData("restore.restore_id", "2025")]
    public void A_state_that_cannot_be_kept_there_is_refused(string path, string value)
    {
        var problem = Assert.Single(new ConfigurationText().Set(path, value).Read().Problems);

        Assert.Equal((ErrorCodes.ConfigInvalid, path), (problem.Code, problem.Path));
    }

    [Theory]
    [InlineData("remote")]
    [InlineData("both")]
    public void Progress_in_the_storage_is_refused_with_the_reason(string where)
    {
        var problem = Assert.Single(new ConfigurationText().Set("restore.checkpoint_storage", where).Read().Problems);

        Assert.Same(ErrorCodes.ConfigNotSupported, problem.Code);
        Assert.Contains("this machine's disk only", problem.ToString(), StringComparison.Ordinal);
    }

    private static ConfigurationText Security(string settings) => Section("target.security", settings);

    private static ConfigurationText Section(string section, string settings)
    {
        var text = new ConfigurationText();
        foreach (var setting in settings.Split(' '))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            text.Set($"{section}.{setting[..equals]}", setting[(equals + 1)..]);
        }

        return text;
    }
}
