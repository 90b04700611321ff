namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>The line of column names that begins each block of <c>kafka-consumer-groups.sh --describe</c>.</summary>
/// <param name="TopicAt">Where the column TOPIC begins: the column before it is as wide as its longest name.</param>
/// <param name="Columns">The names behind TOPIC, in their order.</param>
internal sealed record DescribeHeader(int TopicAt, IReadOnlyList<string> Columns)
{
    public const string Partition = "PARTITION";
    public const string CurrentOffset = "CURRENT-OFFSET";

    // Columns whose values have no blanks; what follows them may.
    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { Partition, CurrentOffset, "LEADER-EPOCH", "LOG-START-OFFSET", "LOG-END-OFFSET", "LAG" };

    /// <summary>Number of columns with numbers behind TOPIC.</summary>
    public int NumberColumns { get; } = Columns.TakeWhile(Numbers.Contains).Count();

    /// <summary>The header in a line; null when it is something else.</summary>
    /// <exception cref="Records.Errors.RestoreException">GROUP_FILE_INVALID: it is the header of another output of the tool.</exception>
    public static DescribeHeader? TryParse(string line, string where, int number)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words.Any(static word => word.Any(char.IsAsciiLetterLower)))
        {
            return null;
        }

        if (words[0] == "GROUP" && words[1] == "TOPIC" && words.Contains(Partition) && words.Contains(CurrentOffset))
        {
            return new DescribeHeader(line.IndexOf("TOPIC", StringComparison.Ordinal), words[2..]);
        }

        var place = $"line {number}";
        return (words[0], words[1]) switch
        {
            ("TOPIC", Partition) => throw SourceDamage.Of(where, place, "the output has no column GROUP; it is of a tool that is older than Kafka 2.1"),
            ("GROUP", "COORDINATOR") => throw Other("--state"),
            ("GROUP", "CONSUMER-ID") => throw Other("--members"),
            ("GROUP", "TOPIC") when words.Contains("NEW-OFFSET") => new DescribeHeader(line.IndexOf("TOPIC", StringComparison.Ordinal), [.. words[2..].Select(static word => word == "NEW-OFFSET" ? CurrentOffset : word)]),
            _ => null,
        };

        Records.Errors.RestoreException Other(string option) =>
            SourceDamage.Of(where, place, $"this is the output of --describe {option}, which has no offsets; leave {option} out");
    }
}
