using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.State;

public sealed class StateDirectoryTests
{
    [Fact]
    public void On_unix_it_is_the_XDG_state_home() =>
        Assert.Equal("/srv/state/kafka-restore", Default(StateDirectory.Platform.Unix, ("XDG_STATE_HOME", "/srv/state"), ("HOME", "/home/ann")));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative/is/invalid")]
    public void On_unix_without_one_it_is_below_the_home(string? state) =>
        Assert.Equal("/home/ann/.local/state/kafka-restore", Default(StateDirectory.Platform.Unix, ("XDG_STATE_HOME", state), ("HOME", "/home/ann")));

    [Fact]
    public void On_macOS_it_is_the_application_support_folder() =>
        Assert.Equal("/Users/ann/Library/Application Support/kafka-restore", Default(StateDirectory.Platform.Mac, ("XDG_STATE_HOME", "/x"), ("HOME", "/Users/ann")));

    [Fact]
    public void On_windows_it_is_the_local_application_data() =>
        Assert.Equal(Path.Combine("C:", "kafka-restore"), Default(StateDirectory.Platform.Windows, ("LOCALAPPDATA", "C:")));

    [Fact]
    public void A_named_directory_wins() => Assert.Equal(Path.GetFullPath("here"), StateDirectory.Find("here"));

    [Fact]
    public void An_environment_that_does_not_say_is_told_what_to_set()
    {
        var failure = Assert.Throws<RestoreException>(() => Default(StateDirectory.Platform.Unix));
        Assert.Equal(ErrorCodes.StateUnwritable, failure.Code);
        Assert.Contains("HOME", failure.Describe(), StringComparison.Ordinal);
        Assert.Contains("checkpoint_state", failure.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/tmp/")]
    [InlineData("a\0b")]
    public void A_checkpoint_that_is_no_file_is_refused(string path) =>
        Assert.Equal(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => JobLocation.AtFile(path)).Code);

    [Fact]
    public void The_parts_are_beside_the_summary()
    {
        Assert.Equal(("/s/file.json", "/s/file.json.d"), JobLocation.AtFile("/s/x/../file.json") is var at ? (at.SummaryFile, at.PartsDirectory) : default);
        Assert.Equal(("/s/id-1/job.json", "/s/id-1/job.json.d"), JobLocation.InDirectory("/s", "id-1") is var below ? (below.SummaryFile, below.PartsDirectory) : default);
    }

    private static string Default(StateDirectory.Platform platform, params (string Name, string? Value)[] variables) =>
        StateDirectory.Default(platform, name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
