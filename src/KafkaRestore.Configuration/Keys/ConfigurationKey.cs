using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Values;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Keys;

/// <summary>One key that a configuration file may hold: the reader and the key reference both work from it.</summary>
public abstract class ConfigurationKey
{
    private protected ConfigurationKey()
    {
    }

    /// <summary>The full path, such as <c>restore.dry_run</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What it does here.</summary>
    public required KeyClass Class { get; init; }

    /// <summary>What it means, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>What holds where the key is absent; empty: nothing does.</summary>
    public string Default { get; init; } = "";

    /// <summary>How it differs from the programs whose files are read, why it has no effect, or what is refused; null: nothing to say.</summary>
    public string? Remark { get; init; }

    /// <summary>The type of its value, with the unit of a bare number.</summary>
    public abstract string Type { get; }

    /// <summary>Whether its value ends in the options, so that another value makes other options.</summary>
    internal abstract bool ChangesOptions { get; }

    /// <summary>The storages that it belongs to; none for a key of another section or of every storage.</summary>
    internal StorageBackend Backends { get; init; }

    /// <summary>The section for which one line is shown instead of one for each of its keys.</summary>
    internal string? NoticeSection { get; init; }

    /// <summary>Reads the value and applies it.</summary>
    internal abstract void Bind(YamlNode node, BindingContext context);
}

/// <summary>A key with the type of its value.</summary>
internal sealed class ConfigurationKey<T>(ValueReader<T> reader) : ConfigurationKey
{
    public override string Type => reader.Name;

    internal override bool ChangesOptions => Apply is not null;

    /// <summary>Puts the value where it belongs.</summary>
    internal Action<RestoreDraft, T>? Apply { get; init; }

    /// <summary>What a value asks for that is not there; null: nothing.</summary>
    internal Func<T, string?>? Refusal { get; init; }

    /// <summary>What to do about a refusal; null: the error code's general remedy.</summary>
    internal string? RefusalHint { get; init; }

    /// <summary>What is to be shown when this value is set; null: nothing.</summary>
    internal Func<T, string?>? Notice { get; init; }

    internal override void Bind(YamlNode node, BindingContext context)
    {
        if (node is YamlScalar scalar && reader is not OpaqueReader)
        {
            if (!context.TryExpand(scalar, Path, out var expanded))
            {
                context.MarkSet(Path, node);
                context.MarkBroken(Path);
                return;
            }

            node = expanded;
        }

        if (node is YamlScalar { IsNull: true })
        {
            return;
        }

        context.MarkSet(Path, node);
        if (!reader.TryRead(node, Path, context, out var value))
        {
            context.MarkBroken(Path);
            return;
        }

        if (Refusal?.Invoke(value) is { } refusal)
        {
            context.MarkBroken(Path);
            context.Report(ErrorCodes.ConfigNotSupported, Path, refusal, RefusalHint);
            return;
        }

        if (Notice?.Invoke(value) is { } notice)
        {
            context.Notice(NoticeSection ?? Path, node.Line, notice);
        }

        Apply?.Invoke(context.Draft, value);
    }
}
