using System.Text;

namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>Where in a document a reader stands.</summary>
internal sealed class JsonPlace
{
    /// <summary>In a pattern: any name.</summary>
    public const string AnyName = "*";

    /// <summary>In a pattern: any element of a list.</summary>
    public const string Element = "#";

    private readonly List<Level> _levels = [];

    public int Depth => _levels.Count;

    /// <summary>The name at a level, from 0; empty for an element of a list.</summary>
    public string this[int level] => _levels[level].Name;

    public void EnterObject() => _levels.Add(new Level(IsList: false, "", -1));

    public void EnterList() => _levels.Add(new Level(IsList: true, "", -1));

    public void Leave() => _levels.RemoveAt(_levels.Count - 1);

    /// <summary>A property begins.</summary>
    public void Name(string name) => _levels[^1] = _levels[^1] with { Name = name };

    /// <summary>A value begins.</summary>
    public void Value()
    {
        if (_levels.Count > 0 && _levels[^1].IsList)
        {
            _levels[^1] = _levels[^1] with { Index = _levels[^1].Index + 1 };
        }
    }

    /// <summary>Whether the place has this form.</summary>
    public bool Is(params ReadOnlySpan<string> pattern)
    {
        if (pattern.Length != _levels.Count)
        {
            return false;
        }

        for (var i = pattern.Length - 1; i >= 0; i--)
        {
            var level = _levels[i];
            if (pattern[i] == Element ? !level.IsList : level.IsList || (pattern[i] != AnyName && pattern[i] != level.Name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As a person finds it: <c>consumer_groups[3].topics.orders</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var level in _levels)
        {
            if (level.IsList)
            {
                text.Append('[').Append(level.Index).Append(']');
            }
            else
            {
                text.Append(text.Length > 0 ? "." : "").Append(level.Name.Length <= 80 ? level.Name : level.Name[..80] + "…");
            }
        }

        return text.Length == 0 ? "the document" : text.ToString();
    }

    private readonly record struct Level(bool IsList, string Name, int Index);
}
