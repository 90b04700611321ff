using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records;

namespace KafkaRestore.Configuration.Values;

/// <summary>A text that no message shows. Empty is a value: it stands for none.</summary>
/// <param name="isName">Whether it only says who somebody is, so that it may be written out where secrets may not.</param>
internal sealed class SecretReader(bool isName = false) : ScalarReader<Secret>
{
    public override string Name => "secret text";

    public override string Expectation => "a text";

    protected override bool IsSecret => !isName;

    protected override Fault? Parse(YamlScalar scalar, out Secret value)
    {
        value = new Secret(scalar.Text);
        return scalar is { IsPlain: true, IsExpanded: false } && CoreSchema.IsTyped(scalar.Text)
            ? new Fault("expects a text, but has a number or boolean", "Put quotes around it.")
            : null;
    }
}
