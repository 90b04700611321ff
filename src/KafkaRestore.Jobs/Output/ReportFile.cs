using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Output;

/// <summary>The file that a report is written to, as a whole or not at all.</summary>
internal sealed class ReportFile
{
    private readonly string _path;

    /// <summary>Prepares the file; nothing is written yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: its directory does not exist, or it is one. Better known before hours of work than after.</exception>
    public ReportFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path))
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, "the report's path is a directory", path, "Name a file.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, "the directory of the report does not exist", path, "Create it or name another one.");
        }
    }

    /// <summary>Writes the report, replacing an older one.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN; an older report is still there then.</exception>
    public void Write<T>(T report) => WholeFile.Write(_path, "the report", [.. JsonOutput.Serialize(report), (byte)'\n']);
}
