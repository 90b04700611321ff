using KafkaRestore.Engine.Preparation.Journal;

namespace KafkaRestore.Engine.Preparation;

/// <summary>The commands of Kafka's own tool that put settings back by hand, quoted for a POSIX shell.</summary>
public static class UndoCommands
{
    /// <summary>One command for each topic.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="bootstrapServers">The target's brokers.</param>
    public static IReadOnlyList<string> Of(IEnumerable<JournaledTopic> topics, IEnumerable<string> bootstrapServers)
    {
        var brokers = Quote(string.Join(',', bootstrapServers));
        return [.. topics.Select(topic => $"kafka-configs.sh --bootstrap-server {brokers} --alter --entity-type topics --entity-name {Quote(topic.Topic)}{Changes(topic)}")];
    }

    private static string Changes(JournaledTopic topic)
    {
        var added = string.Join(',', topic.Settings.Where(static held => held.Final is not null).Select(static held => $"{held.Name}={Bracket(held.Final!)}"));
        var deleted = string.Join(',', topic.Settings.Where(static held => held.Final is null).Select(static held => held.Name));
        return (added.Length == 0 ? "" : $" --add-config {Quote(added)}") + (deleted.Length == 0 ? "" : $" --delete-config {Quote(deleted)}");
    }

    // The tool splits what is not in brackets at its commas.
    private static string Bracket(string value) => value.Contains(',', StringComparison.Ordinal) ? $"[{value}]" : value;

    private static string Quote(string word) =>
        word.Length > 0 && word.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ':' or ',' or '=' or '/') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
