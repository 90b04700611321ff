using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>One of a few words, case sensitive; several words may mean the same.</summary>
internal sealed class ChoiceReader<T>(params (string Word, T Value)[] choices) : ScalarReader<T>
{
    public override string Name => string.Join(" | ", choices.Select(choice => $"`{choice.Word}`"));

    public override string Expectation => $"one of {string.Join(", ", choices.Select(choice => choice.Word))}";

    protected override Fault? Parse(YamlScalar scalar, out T? value)
    {
        foreach (var (word, choice) in choices)
        {
            if (string.Equals(word, scalar.Text, StringComparison.Ordinal))
            {
                value = choice;
                return null;
            }
        }

        value = default;
        var nearest = Spelling.Nearest(scalar.Text, choices.Select(choice => choice.Word));
        return Mismatch(scalar, nearest is null ? null : $"Did you mean {nearest}?");
    }
}
