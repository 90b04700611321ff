namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>Kafka's rule for topic names, which also keeps a hostile name out of paths.</summary>
public static class TopicName
{
    /// <summary>Refuses what Kafka does not accept: 1 to 249 of <c>A-Z a-z 0-9 . _ -</c>, not <c>.</c> or <c>..</c>.</summary>
    /// <exception cref="FormatException">The name is not legal.</exception>
    public static void Check(string name)
    {
        if (name.Length is 0 or > 249 || name is "." or "..")
        {
            throw new FormatException($"'{Readable.Show(name)}' is not a topic name ({name.Length} characters)");
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                throw new FormatException($"'{Readable.Show(name)}' is not a topic name: it holds '{Readable.Show(c.ToString())}'");
            }
        }
    }
}
