using System.Diagnostics.CodeAnalysis;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>Reads one type of value from the file.</summary>
internal abstract class ValueReader<T>
{
    /// <summary>The type as the key reference names it.</summary>
    public abstract string Name { get; }

    /// <summary>Reads <paramref name="node"/>; reports every reason why it cannot and answers false.</summary>
    public abstract bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out T value);
}

/// <summary>Reads a value that is a single scalar.</summary>
internal abstract class ScalarReader<T> : ValueReader<T>
{
    /// <summary>What a message says is expected, such as <c>a whole number</c>.</summary>
    public abstract string Expectation { get; }

    public sealed override bool TryRead(YamlNode node, string path, BindingContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlScalar scalar)
        {
            context.Invalid(path, node, $"expects {Expectation}, but has {node.Kind}");
            return false;
        }

        if (!context.TryExpand(scalar, path, out var expanded))
        {
            return false;
        }

        T? parsed = default;
        var fault = expanded.IsNull ? new Fault($"expects {Expectation}, but has nothing")
            : context.SecretsByReference && IsSecret && !IsReference(scalar.Shown) ? new Fault("a secret is written out here, where it would be kept", "Write ${NAME} or ${file:PATH} with nothing around it and no default; the service reads it when it needs it.")
            : Parse(expanded, out parsed);
        if (fault is null)
        {
            value = parsed!;
            return true;
        }

        context.Invalid(path, node, fault.What, fault.Hint);
        return false;
    }

    /// <summary>Whether no message may show the value.</summary>
    protected virtual bool IsSecret => false;

    // An empty secret stands for none.
    private static bool IsReference(string text) =>
        text.Length == 0 || (text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}') == text.Length - 1 && !text.Contains(":-", StringComparison.Ordinal));

    /// <summary>Reads a scalar that is expanded and not null; null on success.</summary>
    protected abstract Fault? Parse(YamlScalar scalar, out T? value);

    /// <summary>The fault of a value that is not what is expected, with what stands in the file.</summary>
    protected Fault Mismatch(YamlScalar scalar, string? hint = null) =>
        new($"expects {Expectation}, but has {(scalar.IsPlain ? "" : "the quoted ")}`{Problems.Show(scalar.Shown)}`", hint);

    /// <summary>Why a value cannot be used.</summary>
    protected sealed record Fault(string What, string? Hint = null);
}
