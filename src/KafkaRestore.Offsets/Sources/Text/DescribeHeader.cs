namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>The line of column names that begins each block of <c>kafka-consumer-groups.sh --describe</c>.</summary>
/// <param name="TopicAt">Where the column TOPIC begins: the column before it is as wide as its longest name.</param>
/// <param name="Columns">The names behind TOPIC, in their order.</param>
internal sealed record DescribeHeader(int TopicAt, IReadOnlyList<string> Columns)
{
    private const string Partition = "PARTITION";
    private const string CurrentOffset = "CURRENT-OFFSET";
    private const int LeastGroupWidth = 15;

    // Columns whose values have no blanks; what follows them may.
    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { Partition, CurrentOffset, "LEADER-EPOCH", "LOG-START-OFFSET", "LOG-END-OFFSET", "LAG" };

    /// <summary>Number of columns with numbers behind TOPIC.</summary>
    public int NumberColumns { get; } = Columns.TakeWhile(Numbers.Contains).Count();

    /// <summary>Which of them is the partition.</summary>
    public int PartitionAt { get; } = Columns.Index().First(static column => column.Item == Partition).Index;

    /// <summary>Which of them is the committed offset.</summary>
    public int OffsetAt { get; } = Columns.Index().First(static column => column.Item == CurrentOffset).Index;

    /// <summary>Whether the blanks are still those that the tool prints.</summary>
    public bool IsPadded => TopicAt > LeastGroupWidth;

    /// <summary>The header in a line; null when it is something else.</summary>
    /// <exception cref="Records.Errors.RestoreException">GROUP_FILE_INVALID: it is the header of another output of the tool.</exception>
    public static DescribeHeader? TryParse(string line, string where, int number)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words.Any(static word => word.Any(char.IsAsciiLetterLower)))
        {
            return null;
        }

        var place = $"line {number}";
        if (words[0] == "GROUP" && words[1] == "TOPIC")
        {
            string[] columns = [.. words[2..].Select(static word => word == "NEW-OFFSET" ? CurrentOffset : word)];
            return columns.TakeWhile(Numbers.Contains).Intersect([Partition, CurrentOffset]).Count() == 2
                ? new DescribeHeader(line.IndexOf("TOPIC", StringComparison.Ordinal), columns)
                : throw SourceDamage.Of(where, place, "the columns are not those of --describe: PARTITION and CURRENT-OFFSET belong behind TOPIC");
        }

        return (words[0], words[1]) switch
        {
            ("TOPIC", Partition) => throw SourceDamage.Of(where, place, "the output has no column GROUP; it is of a tool that is older than Kafka 2.1"),
            ("GROUP", "COORDINATOR") => throw Other("--state"),
            ("GROUP", "CONSUMER-ID") => throw Other("--members"),
            _ => null,
        };

        Records.Errors.RestoreException Other(string option) =>
            SourceDamage.Of(where, place, $"this is the output of --describe {option}, which has no offsets; leave {option} out");
    }
}
