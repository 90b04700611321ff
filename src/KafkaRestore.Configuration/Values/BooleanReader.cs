using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class BooleanReader : ScalarReader<bool>
{
    public override string Name => "boolean";

    public override string Expectation => "true or false";

    protected override Fault? Parse(YamlScalar scalar, out bool value)
    {
        if (scalar.IsPlain && CoreSchema.TryBoolean(scalar.Text, out value))
        {
            return null;
        }

        value = false;
        var hint = scalar.Text.ToLowerInvariant() switch
        {
            "yes" or "on" or "y" => "Write true.",
            "no" or "off" or "n" => "Write false.",
            "true" or "false" => "Write it without quotes, in one of the spellings true, True, TRUE.",
            _ => null,
        };
        return Mismatch(scalar, hint);
    }
}
