using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A number of replicas, or -1 for the broker's default.</summary>
internal sealed class ReplicationFactorReader : ScalarReader<short>
{
    public override string Name => "integer";

    public override string Expectation => "-1 or a whole number from 1 to 32767";

    protected override Fault? Parse(YamlScalar scalar, out short value)
    {
        value = 0;
        if (!scalar.IsPlain || !CoreSchema.TryInteger(scalar.Text, out var number) || number is 0 or < -1 or > short.MaxValue)
        {
            return Mismatch(scalar, scalar.IsPlain ? null : "Write the number without quotes.");
        }

        value = (short)number;
        return null;
    }
}
