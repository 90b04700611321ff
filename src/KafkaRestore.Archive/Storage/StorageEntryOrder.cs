namespace KafkaRestore.Archive.Storage;

/// <summary>The order of listings: by key, ordinal, a folder as if its key ended with a slash.</summary>
internal static class StorageEntryOrder
{
    /// <summary>Compares two entries.</summary>
    public static int Compare(StorageEntry a, StorageEntry b)
    {
        var common = Math.Min(a.Key.Length, b.Key.Length);
        var order = a.Key.AsSpan(0, common).SequenceCompareTo(b.Key.AsSpan(0, common));
        return order != 0 ? order : At(a, common).CompareTo(At(b, common));
    }

    private static int At(StorageEntry entry, int position)
    {
        if (position < entry.Key.Length)
        {
            return entry.Key[position];
        }

        return entry.IsFolder && position == entry.Key.Length ? '/' : -1;
    }
}
