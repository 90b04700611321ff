using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Selection;

/// <summary>
/// A pattern of names, of topics or groups, case sensitive: a glob over the whole name (<c>*</c> any run of characters, also none; <c>?</c> one character;
/// everything else literal), or <c>~</c> followed by a .NET regular expression that matches anywhere in the name.
/// </summary>
/// <remarks>Immutable; may be used by many threads at once.</remarks>
public sealed class NamePattern
{
    /// <summary>The longest pattern that is accepted, in characters.</summary>
    public const int MaxLength = 1_000;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex? _regex;

    private NamePattern(string text, Regex? regex)
    {
        Text = text;
        _regex = regex;
        IsLiteral = regex is null && text.AsSpan().IndexOfAny('*', '?') < 0;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the pattern is simply one name.</summary>
    public bool IsLiteral { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: empty, longer than <see cref="MaxLength"/>, or not a regular expression after <c>~</c>.</exception>
    public static NamePattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0 || text == "~")
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, "a pattern is empty", hint: "Write a name, a glob such as orders-*, or ~ and a regular expression.");
        }

        if (text.Length > MaxLength)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"a pattern has {text.Length} characters; at most {MaxLength} are allowed");
        }

        return new NamePattern(text, text[0] == '~' ? ParseRegex(text) : null);
    }

    /// <summary>Whether the pattern matches a name.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: the regular expression takes longer than a second for this name.</exception>
    public bool IsMatch(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_regex is null)
        {
            return MatchesGlob(Text, name);
        }

        try
        {
            return _regex.IsMatch(name);
        }
        catch (RegexMatchTimeoutException timeout)
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid,
                $"the pattern {Text} takes longer than {MatchTimeout.TotalSeconds:0} s to match {name}",
                hint: "Write it without look-around, back references and nested repetition.",
                inner: timeout);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Regex ParseRegex(string text)
    {
        const RegexOptions Options = RegexOptions.CultureInvariant;
        if (TryCreate(text, Options | RegexOptions.NonBacktracking, out var linear))
        {
            return linear;
        }

        // Look-around and back references exist only in the backtracking matcher; the time-out bounds it.
        return TryCreate(text, Options, out var backtracking)
            ? backtracking
            : throw new RestoreException(ErrorCodes.ConfigInvalid, $"the pattern {text} is not a regular expression that can be matched here");
    }

    private static bool TryCreate(string text, RegexOptions options, [NotNullWhen(true)] out Regex? regex)
    {
        try
        {
            regex = new Regex(text[1..], options, MatchTimeout);
            return true;
        }
        catch (NotSupportedException)
        {
            regex = null;
            return false;
        }
        catch (RegexParseException invalid)
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid,
                $"the pattern {text} is not a valid regular expression: {invalid.Error} at character {invalid.Offset + 1}",
                hint: "Correct what follows the ~; without ~ the pattern is a glob of * and ?.",
                inner: invalid);
        }
    }

    // Two positions instead of recursion: after a mismatch only the last star may take one more character, so the time is
    // bounded by the product of both lengths.
    private static bool MatchesGlob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }
}
