namespace KafkaRestore.Configuration.Yaml;

/// <summary>
/// Lets <c>${NAME}</c> stand without quotes inside <c>[…]</c> and <c>{…}</c>, where YAML takes braces for its own: before the parser
/// they become two private characters of the same length, afterwards braces again.
/// </summary>
internal static class VariableBraces
{
    private const char Open = '\uE000';
    private const char Close = '\uE001';

    public static string Hide(string text)
    {
        if (text.AsSpan().ContainsAny(Open, Close))
        {
            return text;
        }

        return string.Create(text.Length, text, static (hidden, source) =>
        {
            source.CopyTo(hidden);
            for (var at = 0; (at = source.IndexOf("${", at, StringComparison.Ordinal)) >= 0; at += 2)
            {
                var length = source.AsSpan(at + 2).IndexOfAny("{}\r\n");
                if (length >= 0 && source[at + 2 + length] == '}')
                {
                    hidden[at + 1] = Open;
                    hidden[at + 2 + length] = Close;
                }
            }
        });
    }

    public static string Show(string text) => text.Replace(Open, '{').Replace(Close, '}');
}
