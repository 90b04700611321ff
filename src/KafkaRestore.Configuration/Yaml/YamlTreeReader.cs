using KafkaRestore.Configuration.Binding;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KafkaRestore.Configuration.Yaml;

/// <summary>
/// Reads one YAML document into nodes with places. Built on the parser's events and not on its own tree, so that depth and alias
/// expansion are bounded before they cost anything and every duplicate key is found, not only the first.
/// </summary>
internal sealed class YamlTreeReader
{
    private const string CoreTags = "tag:yaml.org,2002:";

    private readonly Parser _parser;
    private readonly ProblemList _problems;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private long _weight;

    private YamlTreeReader(string text, ProblemList problems)
    {
        _parser = new Parser(new StringReader(VariableBraces.Hide(text)));
        _problems = problems;
    }

    /// <summary>Reads the text; null when the document is empty.</summary>
    /// <exception cref="YamlSyntaxException">Not readable as one bounded YAML document.</exception>
    public static YamlNode? Read(string text, ProblemList problems) => new YamlTreeReader(text, problems).ReadStream();

    private YamlNode? ReadStream()
    {
        Next();
        Next();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        Next();
        var root = _parser.Current is DocumentEnd ? null : ReadNode(1);
        Next();
        Next();
        return _parser.Current is StreamEnd
            ? root
            : throw Fault(Here(), "the file holds more than one YAML document", "Keep one; --- starts another.");
    }

    private YamlNode ReadNode(int depth)
    {
        var (line, column) = Here();
        if (depth > YamlLimits.Depth)
        {
            throw Fault((line, column), $"keys and lists are nested more than {YamlLimits.Depth} levels deep");
        }

        switch (_parser.Current)
        {
            case AnchorAlias alias:
                return Resolve(alias, line, column);
            case Scalar scalar:
                var isPlain = IsPlain(scalar, line, column);
                var node = new YamlScalar(line, column, VariableBraces.Show(scalar.Value), isPlain);
                Count(node.Weight, line, column);
                return Register(scalar.Anchor, node);
            case SequenceStart list:
                CheckTag(list.Tag, "seq", line, column);
                Count(1, line, column);
                Open(list.Anchor);
                return Register(list.Anchor, ReadList(line, column, depth));
            case MappingStart map:
                CheckTag(map.Tag, "map", line, column);
                Count(1, line, column);
                Open(map.Anchor);
                return Register(map.Anchor, ReadMap(line, column, depth));
            default:
                throw Fault((line, column), "the file is not complete");
        }
    }

    private YamlList ReadList(int line, int column, int depth)
    {
        List<YamlNode> items = [];
        for (Next(); _parser.Current is not SequenceEnd; Next())
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlList(line, column, items);
    }

    private YamlMap ReadMap(int line, int column, int depth)
    {
        List<YamlEntry> entries = [];
        Dictionary<string, YamlScalar> seen = new(StringComparer.Ordinal);
        YamlNode? merged = null;
        for (Next(); _parser.Current is not MappingEnd; Next())
        {
            if (ReadNode(depth + 1) is not YamlScalar key)
            {
                throw Fault(Here(), "a key is a list or a map", "Keys are single words.");
            }

            Next();
            _path.Add(key.Text);
            var value = ReadNode(depth + 1);
            if (!seen.TryAdd(key.Text, key))
            {
                _problems.Add(Problems.DuplicateKey(_path, key, seen[key.Text]));
            }
            else if (key is { IsPlain: true, Text: "<<" })
            {
                merged = value;
            }
            else
            {
                entries.Add(new YamlEntry(key, value));
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return new YamlMap(line, column, merged is null ? entries : Merge(entries, seen, merged));
    }

    // What stands in the map itself wins; of several merged maps the first one.
    private static List<YamlEntry> Merge(List<YamlEntry> entries, Dictionary<string, YamlScalar> seen, YamlNode merged)
    {
        foreach (var source in merged is YamlList list ? list.Items : [merged])
        {
            if (source is not YamlMap map)
            {
                throw Fault((source.Line, source.Column), "the merge key << names something that is not a map", "Write <<: *anchor or a list of them.");
            }

            entries.AddRange(map.Entries.Where(entry => seen.TryAdd(entry.Key.Text, entry.Key)));
        }

        return entries;
    }

    private YamlNode Resolve(AnchorAlias alias, int line, int column)
    {
        // The alias is not shown: a secret that starts with * and lacks quotes looks like one.
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw Fault((line, column), "an alias (*name) refers to no anchor (&name) before it", "Text that starts with * needs quotes.");
        }

        if (node is null)
        {
            throw Fault((line, column), "an alias (*name) refers to the node that it stands in");
        }

        Count(node.Weight, line, column);
        return node;
    }

    private void Open(AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = null;
        }
    }

    private YamlNode Register(AnchorName anchor, YamlNode node)
    {
        if (node.Height > YamlLimits.Depth)
        {
            throw Fault((node.Line, node.Column), $"keys and lists are nested more than {YamlLimits.Depth} levels deep, aliases expanded");
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    private void Count(long weight, int line, int column)
    {
        _weight += weight;
        if (_weight > YamlLimits.Weight)
        {
            throw Fault((line, column), $"the file has more than {YamlLimits.Weight} keys and values, aliases expanded");
        }
    }

    private static bool IsPlain(Scalar scalar, int line, int column)
    {
        if (scalar.Tag.IsEmpty)
        {
            return scalar.Style == ScalarStyle.Plain;
        }

        CheckTag(scalar.Tag, "str", line, column);
        return false;
    }

    private static void CheckTag(TagName tag, string expected, int line, int column)
    {
        if (!tag.IsEmpty && !tag.IsNonSpecific && tag.Value != CoreTags + expected)
        {
            throw Fault((line, column), "a tag (!name) is not read here", "Remove it; text that starts with ! needs quotes.");
        }
    }

    private void Next()
    {
        try
        {
            if (!_parser.MoveNext())
            {
                throw Fault(Here(), "the file is not complete");
            }
        }
        catch (YamlException invalid)
        {
            // Some of the scanner's messages carry no place: then what was read last is the nearest.
            var place = ((int)invalid.Start.Line, (int)invalid.Start.Column);
            throw Fault(place.CompareTo(Here()) > 0 ? place : Here(), Reason(invalid), "Look for a missing colon, quote or space and for the indentation here and above.");
        }
        catch (Exception defect) when (defect is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The parser's own checks have holes for malformed escapes and directives.
            throw Fault(Here(), "this is not valid YAML");
        }
    }

    // Messages of the scanner and parser have this form and show nothing of the file; others might.
    private static string Reason(YamlException invalid)
    {
        var comma = invalid.Message.IndexOf(", ", StringComparison.Ordinal);
        return invalid.Message.StartsWith("While ", StringComparison.Ordinal) && comma > 0
            ? $"this is not valid YAML: {invalid.Message[(comma + 2)..].TrimEnd('.')}"
            : "this is not valid YAML";
    }

    private (int Line, int Column) Here() =>
        _parser.Current is { } current ? ((int)current.Start.Line, (int)current.Start.Column) : (1, 1);

    private static YamlSyntaxException Fault((int Line, int Column) place, string what, string? hint = null) =>
        new(Math.Max(1, place.Line), Math.Max(1, place.Column), what, hint);
}
