using System.Globalization;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Values;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Keys;

/// <summary>Makes the keys of the table: one method for each class.</summary>
internal static class KeyFactory
{
    public static ConfigurationKey<T> Works<T>(
        string path, ValueReader<T> reader, string standard, string meaning, Action<RestoreDraft, T> apply, StorageBackend backends = StorageBackend.None) =>
        new(reader) { Path = path, Class = KeyClass.Works, Default = standard, Meaning = meaning, Apply = apply, Backends = backends };

    public static ConfigurationKey<T> Better<T>(
        string path, ValueReader<T> reader, string standard, string meaning, string how, Action<RestoreDraft, T> apply, StorageBackend backends = StorageBackend.None) =>
        new(reader) { Path = path, Class = KeyClass.Better, Default = standard, Meaning = meaning, Remark = how, Apply = apply, Backends = backends };

    /// <summary>A key of which some values are not there yet.</summary>
    public static ConfigurationKey<T> BetterInPart<T>(
        string path, ValueReader<T> reader, string standard, string meaning, string how, Func<T, string?> refusal, string hint, Action<RestoreDraft, T> apply) =>
        new(reader) { Path = path, Class = KeyClass.Better, Default = standard, Meaning = meaning, Remark = how, Refusal = refusal, RefusalHint = hint, Apply = apply };

    /// <summary>A key whose wish is always fulfilled, so that only the contrary value deserves a word.</summary>
    public static ConfigurationKey<T> Always<T>(string path, ValueReader<T> reader, string standard, string meaning, string how, Func<T, bool> contrary) =>
        new(reader) { Path = path, Class = KeyClass.Better, Default = standard, Meaning = meaning, Remark = how, Notice = value => contrary(value) ? $"has no effect: {how}" : null };

    public static ConfigurationKey<T> Own<T>(
        string path, ValueReader<T> reader, string standard, string meaning, Action<RestoreDraft, T> apply, StorageBackend backends = StorageBackend.None) =>
        new(reader) { Path = path, Class = KeyClass.Own, Default = standard, Meaning = meaning, Apply = apply, Backends = backends };

    /// <summary>A key that is checked, and shown in one line where <paramref name="asks"/> holds (always, if null).</summary>
    public static ConfigurationKey<T> NoEffect<T>(
        string path, ValueReader<T> reader, string standard, string meaning, string why, Func<T, bool>? asks = null, string? section = null, Action<RestoreDraft, T>? apply = null) =>
        new(reader)
        {
            Path = path,
            Class = KeyClass.NoEffect,
            Default = standard,
            Meaning = meaning,
            Remark = why,
            Apply = apply,
            NoticeSection = section,
            Notice = value => asks is null || asks(value) ? $"has no effect: {why}" : null,
        };

    /// <summary>A key or section whose value is not even read.</summary>
    public static ConfigurationKey Unread(string path, string type, string meaning, string why) =>
        NoEffect<YamlNode>(path, new OpaqueReader(type), "", meaning, why);

    public static ConfigurationKey<T> Refused<T>(
        string path, ValueReader<T> reader, string standard, string meaning, string why, Func<T, bool> asks) =>
        new(reader)
        {
            Path = path,
            Class = KeyClass.Refused,
            Default = standard,
            Meaning = meaning,
            Remark = why,
            Refusal = value => asks(value) ? $"not supported yet: {why}" : null,
        };

    /// <summary>A key of a storage that is refused as a whole: the backend's own refusal says it once for all of them.</summary>
    public static ConfigurationKey<T> OfRefusedStorage<T>(string path, ValueReader<T> reader, string meaning, string why, StorageBackend backends) =>
        new(reader) { Path = path, Class = KeyClass.Refused, Meaning = meaning, Remark = why, Backends = backends };

    public static string Text(bool value) => value ? "true" : "false";

    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Text(TimeSpan value) => DurationReader.Format(value);

    public static string Bytes(long value) => SizeUnits.Format(value);
}
