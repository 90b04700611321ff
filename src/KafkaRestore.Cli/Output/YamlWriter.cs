using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KafkaRestore.Cli.Output;

/// <summary>
/// Writes a document as YAML 1.2 in block style. Text that YAML could read as something else is quoted as in JSON, which YAML reads alike.
/// </summary>
internal sealed class YamlWriter(Stream stream) : IDocumentWriter
{
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-/=()");

    // Words that some reader of YAML 1.1 or 1.2 takes for null or a boolean.
    private static readonly HashSet<string> OtherMeaning = new(StringComparer.OrdinalIgnoreCase) { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

    private readonly StreamWriter _text = new(stream, leaveOpen: true) { NewLine = "\n" };
    private readonly Stack<Container> _open = new();

    public void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                Key(reader.GetString()!);
                break;
            case JsonTokenType.StartObject:
                Start(isArray: false);
                break;
            case JsonTokenType.StartArray:
                Start(isArray: true);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                End();
                break;
            case JsonTokenType.String:
                Scalar(Quote(reader.GetString()!));
                break;
            default:
                Scalar(System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
                break;
        }
    }

    public void Flush() => _text.Flush();

    public void Dispose() => _text.Dispose();

    private void Key(string name)
    {
        var mapping = _open.Peek();
        BeginEntry(mapping);
        _text.Write(Quote(name));
        _text.Write(':');
    }

    private void Scalar(string value)
    {
        BeginValue();
        _text.Write(value);
        _text.Write('\n');
    }

    /// <summary>Puts what is needed between a key or a dash and its value.</summary>
    private void BeginValue()
    {
        if (_open.TryPeek(out var parent))
        {
            if (parent.IsArray)
            {
                BeginEntry(parent);
                _text.Write('-');
            }

            _text.Write(' ');
        }
    }

    private void Start(bool isArray)
    {
        var indent = 0;
        var inline = false;
        if (_open.TryPeek(out var parent))
        {
            if (parent.IsArray)
            {
                BeginEntry(parent);
                _text.Write('-');
                indent = parent.Indent + 2;
                inline = true;
            }
            else
            {
                // A list stands under its key, a mapping is indented.
                indent = isArray ? parent.Indent : parent.Indent + 2;
            }
        }

        _open.Push(new Container(isArray, indent, inline));
    }

    private void End()
    {
        var ended = _open.Pop();
        if (ended.Entries == 0)
        {
            _text.Write(_open.Count > 0 ? " " : "");
            _text.Write(ended.IsArray ? "[]\n" : "{}\n");
        }
    }

    /// <summary>Goes to where an entry of the container begins: the first one of a list's element stands behind its dash.</summary>
    private void BeginEntry(Container container)
    {
        if (container.Entries++ > 0)
        {
            Indent(container.Indent);
        }
        else if (container.Inline)
        {
            _text.Write(' ');
        }
        else if (_open.Count > 1)
        {
            _text.Write('\n');
            Indent(container.Indent);
        }
    }

    private void Indent(int columns) => _text.Write(new string(' ', columns));

    private static string Quote(string text) =>
        IsPlain(text) ? text : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    // Words with colons, hashes or brackets are not worth the rules that would allow them.
    private static bool IsPlain(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text[^1] != ' ' && !OtherMeaning.Contains(text) && !text.AsSpan().ContainsAnyExcept(PlainCharacters);

    private sealed class Container(bool isArray, int indent, bool inline)
    {
        public bool IsArray { get; } = isArray;

        public int Indent { get; } = indent;

        /// <summary>Whether it begins behind a dash.</summary>
        public bool Inline { get; } = inline;

        public int Entries { get; set; }
    }
}
