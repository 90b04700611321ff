using System.Text;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The table of keys as Markdown, for docs/configuration.md.</summary>
public static class KeyReference
{
    /// <summary>One table for each section of the file, every key in it.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var section in ConfigurationKeys.All.GroupBy(key => Section(key.Path)))
        {
            text.Append("### ").Append(section.Key).Append("\n\n");
            text.Append("| Key | Type | Default | Class | Meaning |\n|---|---|---|---|---|\n");
            foreach (var key in section)
            {
                var cells = new[] { $"`{key.Path}`", key.Type, key.Default, Word(key.Class), Meaning(key) };
                text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Section(string path)
    {
        var words = path.Split('.');
        return words.Length switch
        {
            1 => "Top of the file",
            2 => $"`{words[0]}`",
            _ => $"`{words[0]}.{words[1]}`",
        };
    }

    private static string Meaning(ConfigurationKey key)
    {
        if (key.Remark is null)
        {
            return key.Meaning;
        }

        var remark = key.Class switch
        {
            KeyClass.NoEffect => $"No effect: {key.Remark}",
            KeyClass.Refused => $"Not supported yet: {key.Remark}",
            _ => $"{char.ToUpperInvariant(key.Remark[0])}{key.Remark[1..]}",
        };
        return $"{key.Meaning} {remark}.";
    }

    private static string Word(KeyClass value) => value switch
    {
        KeyClass.Works => "works",
        KeyClass.Better => "better",
        KeyClass.Own => "own",
        KeyClass.NoEffect => "no effect",
        KeyClass.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
    };
}
