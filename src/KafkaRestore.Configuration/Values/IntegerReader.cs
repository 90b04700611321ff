using System.Numerics;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A whole number between two bounds, both inclusive.</summary>
internal sealed class IntegerReader<T>(T min, T max) : ScalarReader<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override string Name => "integer";

    public override string Expectation => max == T.MaxValue ? $"a whole number of {min} or more" : $"a whole number from {min} to {max}";

    protected override Fault? Parse(YamlScalar scalar, out T value)
    {
        value = default;
        if (!scalar.IsPlain)
        {
            return Mismatch(scalar, "Write the number without quotes.");
        }

        if (!CoreSchema.TryInteger(scalar.Text, out var number))
        {
            return Mismatch(scalar);
        }

        if (number < long.CreateChecked(min) || number > long.CreateChecked(max))
        {
            return Mismatch(scalar);
        }

        value = T.CreateChecked(number);
        return null;
    }
}
