using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records;

namespace KafkaRestore.Configuration.Values;

/// <summary>Properties of the client library, except those that would break a promise or that have a key of their own. No message shows a value.</summary>
internal sealed class ClientPropertiesReader : ValueReader<IReadOnlyDictionary<string, string>>
{
    private const string Exactness = "exactly-once delivery depends on the program's own value";
    private const string OwnKey = "has a key of its own: ";

    private static readonly FrozenDictionary<string, string> Reserved = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["acks"] = Exactness,
        ["request.required.acks"] = Exactness,
        ["enable.idempotence"] = Exactness,
        ["enable.gapless.guarantee"] = Exactness,
        ["max.in.flight"] = Exactness,
        ["max.in.flight.requests.per.connection"] = Exactness,
        ["retries"] = Exactness,
        ["message.send.max.retries"] = Exactness,
        ["message.timeout.ms"] = Exactness,
        ["delivery.timeout.ms"] = Exactness,
        ["transactional.id"] = Exactness,
        ["transaction.timeout.ms"] = Exactness,
        ["delivery.report.only.error"] = Exactness,
        ["produce.offset.report"] = Exactness,
        ["queuing.strategy"] = Exactness,
        ["isolation.level"] = Exactness,
        ["enable.auto.commit"] = Exactness,
        ["enable.auto.offset.store"] = Exactness,
        ["group.id"] = Exactness,
        ["group.instance.id"] = Exactness,
        ["test.mock.num.brokers"] = "the records would go nowhere",
        ["queue.buffering.max.messages"] = OwnKey + "restore.memory_budget",
        ["queue.buffering.max.kbytes"] = OwnKey + "restore.memory_budget",
        ["allow.auto.create.topics"] = OwnKey + "restore.create_topics",
        ["bootstrap.servers"] = OwnKey + "target.bootstrap_servers",
        ["metadata.broker.list"] = OwnKey + "target.bootstrap_servers",
        ["security.protocol"] = OwnKey + "target.security.security_protocol",
        ["sasl.mechanism"] = OwnKey + "target.security.sasl_mechanism",
        ["sasl.mechanisms"] = OwnKey + "target.security.sasl_mechanism",
        ["sasl.username"] = OwnKey + "target.security.sasl_username",
        ["sasl.password"] = OwnKey + "target.security.sasl_password",
        ["sasl.kerberos.service.name"] = OwnKey + "target.security.sasl_kerberos_service_name",
        ["sasl.kerberos.keytab"] = OwnKey + "target.security.sasl_keytab_path",
        ["ssl.ca.location"] = OwnKey + "target.security.ssl_ca_location",
        ["ssl.certificate.location"] = OwnKey + "target.security.ssl_certificate_location",
        ["ssl.key.location"] = OwnKey + "target.security.ssl_key_location",
        ["socket.keepalive.enable"] = OwnKey + "target.connection.tcp_keepalive",
        ["socket.nagle.disable"] = OwnKey + "target.connection.tcp_nodelay",
        ["compression.codec"] = OwnKey + "restore.produce_codec",
        ["compression.type"] = OwnKey + "restore.produce_codec",
        ["linger.ms"] = OwnKey + "restore.produce_linger",
        ["queue.buffering.max.ms"] = OwnKey + "restore.produce_linger",
        ["batch.num.messages"] = OwnKey + "restore.produce_batch_size",
        ["batch.size"] = OwnKey + "restore.produce_max_batch_bytes",
        ["message.max.bytes"] = OwnKey + "restore.produce_max_batch_bytes",
        ["request.timeout.ms"] = OwnKey + "restore.produce_timeout_ms",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly MapReader<string, Secret> _map = new(new TextValueReader(), new ClientValueReader(), "");

    public override string Name => "map of property to value";

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, string> value)
    {
        value = null;
        if (!_map.TryRead(node, path, context, out var read))
        {
            return false;
        }

        var valid = true;
        foreach (var (name, _) in ((YamlMap)node).Entries)
        {
            if (Fault(name.Text) is { } fault)
            {
                context.Invalid($"{path}.{Problems.ShowKey(name.Text)}", name, fault, "Remove it here.");
                valid = false;
            }
        }

        value = read.ToDictionary(pair => pair.Key, pair => pair.Value.Reveal(), StringComparer.Ordinal);
        return valid;
    }

    private static string? Fault(string name)
    {
        if (Reserved.TryGetValue(name, out var reason))
        {
            return $"this client property cannot be set: {(reason.StartsWith(OwnKey, StringComparison.Ordinal) ? "it " : "")}{reason}";
        }

        if (name.StartsWith("dotnet.", StringComparison.Ordinal))
        {
            return "this client property cannot be set: delivery reports depend on the program's own value";
        }

        return name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_')
            ? null
            : "this is no client property: their names have lower-case letters, digits, dots and underscores";
    }

    /// <summary>A property's value: text, number or boolean, as it stands there; it may be a password.</summary>
    private sealed class ClientValueReader : ScalarReader<Secret>
    {
        public override string Name => "text";

        public override string Expectation => "a text, number or boolean";

        protected override Fault? Parse(YamlScalar scalar, out Secret value)
        {
            value = new Secret(scalar.Text);
            return null;
        }
    }
}
