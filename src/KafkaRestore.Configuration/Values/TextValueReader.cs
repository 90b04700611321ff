using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A text; a number or boolean must be quoted to be one, unless a variable brought it in.</summary>
/// <param name="name">The type as the reference names it.</param>
/// <param name="allowEmpty">Whether the empty text is a value.</param>
/// <param name="check">What is wrong with a text, or null.</param>
/// <param name="allowTyped">Whether plain numbers and booleans are taken as the text that stands there.</param>
internal sealed class TextValueReader(string name = "text", bool allowEmpty = false, Func<string, string?>? check = null, bool allowTyped = false) : ScalarReader<string>
{
    public override string Name => name;

    public override string Expectation => name is "text" or "path" ? $"a {name}" : name;

    protected override Fault? Parse(YamlScalar scalar, out string? value)
    {
        value = scalar.Text;
        if (scalar is { IsPlain: true, IsExpanded: false } && !allowTyped && CoreSchema.IsTyped(scalar.Text))
        {
            return Mismatch(scalar, $"Put quotes around it: \"{Binding.Problems.Show(scalar.Shown)}\".");
        }

        if (value.Length == 0 && !allowEmpty)
        {
            return new Fault($"expects {Expectation}, but is empty");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            return new Fault("holds a NUL character");
        }

        return check?.Invoke(value) is { } what ? new Fault($"{what}: `{Binding.Problems.Show(scalar.Shown)}`") : null;
    }
}
