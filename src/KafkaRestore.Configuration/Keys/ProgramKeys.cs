using KafkaRestore.Configuration.Values;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>Keys at the top of the file.</summary>
internal static class ProgramKeys
{
    public static IReadOnlyList<ConfigurationKey> Identity { get; } =
    [
        new ConfigurationKey<bool>(new ChoiceReader<bool>(("restore", true), ("backup", false)))
        {
            Path = "mode",
            Class = KeyClass.Better,
            Default = "required",
            Meaning = "What the file is for.",
            Remark = "`backup` is refused: this program restores",
            Refusal = restore => restore ? null : "this file is for making a backup, and this program restores",
            RefusalHint = "Name a file with mode: restore.",
        },
        Works("backup_id", new TextValueReader(), "required", "The id of the archive.", (draft, value) => draft.BackupId = value),
    ];

    public static IReadOnlyList<ConfigurationKey> Unread { get; } =
    [
        Unread("source", "section", "The cluster that a backup reads.", "only a backup uses it"),
        Unread("backup", "section", "How a backup is made.", "only a backup uses it"),
        Unread("offset_storage", "section", "Where a backup keeps its positions.", "only a backup uses it"),
        Unread("logging", "section", "How much is logged.", "the command line says how much is logged"),
    ];
}
