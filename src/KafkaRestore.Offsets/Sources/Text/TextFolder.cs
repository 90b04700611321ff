using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources.Text;

/// <summary>A folder with one <c>offsets-…txt</c> for each group, as scripts around Kafka's own tool write it; a list of the groups beside them says whether one is missing.</summary>
internal static class TextFolder
{
    private const string Texts = "offsets-*.txt";
    private const string List = "consumer-groups-list.txt";
    private const int MostFiles = 1_000_000;

    /// <summary>Reads all its texts.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID.</exception>
    public static async Task<SourceGroups> ReadAsync(SourcePlace place, SourceLimits limits, CancellationToken cancellationToken)
    {
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(place.Folder, Texts).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.GroupFileInvalid, $"the folder cannot be read: {failure.Message}", place.Where, inner: failure);
        }

        if (files.Length is 0 or > MostFiles)
        {
            throw SourceDamage.NoSource(place.Where, files.Length == 0 ? $"the folder holds neither {SourcePlace.ArchiveFile} nor {Texts}" : $"the folder holds more than {MostFiles} files");
        }

        var all = new SourceGroupsBuilder(place.Where, limits);
        foreach (var file in files)
        {
            var one = new SourceGroupsBuilder(file, limits);
            foreach (var remark in await GroupSourceReader.ReadIntoAsync(Open(file), one, cancellationToken).ConfigureAwait(false))
            {
                all.Warn($"{Path.GetFileName(file)}: {remark}");
            }

            Add(one.Build(), Path.GetFileName(file), all);
        }

        await WarnOfMissingAsync(Path.Combine(place.Folder, List), all, cancellationToken).ConfigureAwait(false);
        return all.IsEmpty ? throw SourceDamage.NoSource(place.Where, "none of the texts in the folder holds a group") : all.Build();
    }

    private static void Add(SourceGroups one, string file, SourceGroupsBuilder all)
    {
        foreach (var group in one.Groups)
        {
            all.AddGroup(group.Group, file);
            foreach (var commit in group.Offsets)
            {
                all.Add(group.Group, commit.Partition.Topic, commit.Partition.Partition, commit.Offset, commit.Metadata, file);
            }
        }

        foreach (var warning in one.Warnings)
        {
            all.Warn(warning);
        }
    }

    private static async Task WarnOfMissingAsync(string list, SourceGroupsBuilder all, CancellationToken cancellationToken)
    {
        if (!File.Exists(list))
        {
            return;
        }

        using var text = new StreamReader(Open(list));
        await foreach (var (_, line) in CappedLines.ReadAsync(text, list, all.Limits.TokenBytes, cancellationToken).ConfigureAwait(false))
        {
            if (line.Length > 0 && !all.Has(line))
            {
                all.Warn($"the group '{line}' of {List} stands in none of the texts; its offsets are lost to them");
            }
        }
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.GroupFileInvalid, $"it cannot be read: {failure.Message}", file, inner: failure);
        }
    }
}
