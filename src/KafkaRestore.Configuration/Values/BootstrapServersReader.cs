using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A list of <c>host:port</c>; an item may hold several with commas between, as a variable with a list of brokers does.</summary>
internal sealed class BootstrapServersReader : ValueReader<IReadOnlyList<string>>
{
    private readonly ListReader<string> _items = new(new TextValueReader(check: FirstFault), "", allowEmpty: false);

    public override string Name => "list of host:port";

    public override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyList<string> value)
    {
        var valid = _items.TryRead(node, path, context, out var items);
        value = valid ? [.. items!.SelectMany(Split)] : null;
        return valid;
    }

    private static string? FirstFault(string item) => Split(item).Select(Checks.BootstrapServer).FirstOrDefault(fault => fault is not null);

    private static string[] Split(string item) => item.Split(',', StringSplitOptions.TrimEntries);
}
