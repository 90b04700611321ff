using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Offsets.Restoring;

namespace KafkaRestore.Jobs.Groups;

/// <summary>Where the course of a job's consumer groups finds the map, and keeps what it does.</summary>
/// <param name="Restore">The state of the restore whose map leads; null where no map is asked for.</param>
/// <param name="OpenJournal">Opens the journal of what is done to groups.</param>
/// <param name="FolderOf">The folder of a part of the job's state; made where it is missing.</param>
/// <param name="Files">What holds the folders.</param>
internal sealed record GroupsPlace(JobLocation? Restore, Func<GroupJournal> OpenJournal, Func<string, string> FolderOf, IStateFiles Files)
{
    /// <summary>Beside the state of a restore that this process holds.</summary>
    public static GroupsPlace Of(StoredJob job) => new(job.Location, () => GroupJournal.Of(job), job.FolderOf, job.Location.Files);

    /// <summary>In a folder of its own.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What holds it, for who has claimed it.</param>
    /// <param name="restore">The state of the restore whose map leads; null for none.</param>
    public static GroupsPlace At(string folder, IStateFiles files, JobLocation? restore)
    {
        return new GroupsPlace(restore, () => new GroupJournal(files, FolderOf("groups")), FolderOf, files);

        string FolderOf(string part)
        {
            var path = Path.Combine(folder, part);
            files.CreateDirectory(path);
            return path;
        }
    }

    /// <summary>The folder of the snapshots of what groups had committed before.</summary>
    public string SnapshotFolder => FolderOf(GroupCommits.Part);

    /// <summary>Opens a folder of snapshots.</summary>
    /// <param name="files">What holds it.</param>
    /// <param name="folder">The folder.</param>
    public static IArchiveStorage OpenSnapshots(IStateFiles files, string folder) =>
        ReferenceEquals(files, StateDirectory.LocalFiles) ? StorageFactory.Open(new FileSystemStorageOptions { Path = folder }) : new StateFolder(files, folder);
}
