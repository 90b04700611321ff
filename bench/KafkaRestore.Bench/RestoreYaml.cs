using System.Globalization;

namespace KafkaRestore.Bench;

/// <summary>The configuration of a restore that is measured.</summary>
internal static class RestoreYaml
{
    /// <summary>Restores one topic of an archive on disk into <paramref name="target"/>, which is created.</summary>
    /// <param name="id">The archive.</param>
    /// <param name="path">Its directory.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="target">Its name at the target.</param>
    /// <param name="bootstrap">The target.</param>
    /// <param name="lanes">Partitions at once.</param>
    /// <param name="more">Further lines of <c>restore:</c>.</param>
    public static string Of(string id, string path, string topic, string target, string bootstrap, long lanes, params string[] more) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            mode: restore
            backup_id: "{{id}}"
            target:
              bootstrap_servers: ["{{bootstrap}}"]
              topics: {include: ["{{topic}}"]}
            storage: {backend: filesystem, path: "{{Path.GetFullPath(path)}}"}
            restore:
              create_topics: true
              topic_mapping: {"{{topic}}": "{{target}}"}
              max_concurrent_partitions: {{lanes}}

            """) + string.Concat(more.Select(line => $"  {line}\n"));
}
