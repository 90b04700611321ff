namespace KafkaRestore.Configuration.Yaml;

/// <summary>A node of the file, with its place. An alias is the very node of its anchor.</summary>
/// <param name="line">From 1.</param>
/// <param name="column">From 1.</param>
internal abstract class YamlNode(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>What this node and those below count against <see cref="YamlLimits.Weight"/>.</summary>
    public long Weight { get; protected init; } = 1;

    /// <summary>Levels below and including this one.</summary>
    public int Height { get; protected init; } = 1;

    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>Text, a number, a boolean or null.</summary>
internal sealed class YamlScalar : YamlNode
{
    public YamlScalar(int line, int column, string text, bool isPlain)
        : base(line, column)
    {
        Text = text;
        IsPlain = isPlain;
        Shown = text;
        Weight = 1 + (text.Length / YamlLimits.CharactersPerWeight);
    }

    /// <summary>The text, after expansion where <see cref="IsExpanded"/>.</summary>
    public string Text { get; }

    /// <summary>Whether it stands without quotes, so that its text decides its type.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether variables have been looked for.</summary>
    public bool IsResolved { get; private init; }

    /// <summary>Whether part of the text came from a variable or file.</summary>
    public bool IsExpanded { get; private init; }

    /// <summary>The text as it stands in the file: what a message may show, as it holds no variable's value.</summary>
    public string Shown { get; private init; }

    /// <summary>Whether it says that there is no value.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a single value";

    /// <summary>The same scalar after expansion.</summary>
    public YamlScalar Resolve(string expanded, bool changed) =>
        new(Line, Column, expanded, IsPlain) { IsResolved = true, IsExpanded = changed, Shown = Shown };
}

/// <summary>A list.</summary>
internal sealed class YamlList : YamlNode
{
    public YamlList(int line, int column, IReadOnlyList<YamlNode> items)
        : base(line, column)
    {
        Items = items;
        Weight = 1 + items.Sum(item => item.Weight);
        Height = 1 + items.Select(item => item.Height).DefaultIfEmpty().Max();
    }

    public IReadOnlyList<YamlNode> Items { get; }

    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order of the file; merge keys are resolved, keys are unique.</summary>
internal sealed class YamlMap : YamlNode
{
    public YamlMap(int line, int column, IReadOnlyList<YamlEntry> entries)
        : base(line, column)
    {
        Entries = entries;
        Weight = 1 + entries.Sum(entry => entry.Key.Weight + entry.Value.Weight);
        Height = 1 + entries.Select(entry => entry.Value.Height).DefaultIfEmpty().Max();
    }

    public IReadOnlyList<YamlEntry> Entries { get; }

    public override string Kind => "keys with values";
}

/// <summary>One key of a <see cref="YamlMap"/> with its value.</summary>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
