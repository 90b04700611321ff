using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Offsets.Scripts;

namespace KafkaRestore.Offsets.Tests.Scripts;

/// <summary>A script in a directory of its own, run as a person would.</summary>
internal sealed class ScriptRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-script-");

    public ScriptRun(params ScriptOffset[] offsets)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        ResetScript.Write(text, new ScriptHeader("test\nrm -rf /", DateTimeOffset.UnixEpoch), offsets);
        Text = text.ToString();
        File.WriteAllText(PathOf("script.sh"), Text);
    }

    public string Text { get; }

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>A tool of a few lines of shell; gives its path.</summary>
    public string Tool(string body)
    {
        var path = PathOf("tool with blanks.sh");
        File.WriteAllText(path, $"#!/usr/bin/env bash\n{body}\n");
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async Task<(int Exit, string Out, string Error)> RunAsync(string tool, string servers = "localhost:9092", params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [PathOf("script.sh"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _directory.FullName };
        start.Environment["KAFKA_CONSUMER_GROUPS"] = tool;
        start.Environment["BOOTSTRAP_SERVERS"] = servers;
        start.Environment["TMPDIR"] = Directory.CreateDirectory(PathOf("tmp")).FullName;
        start.Environment["OUT"] = _directory.FullName;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(PathOf("tmp"), "set-offsets*"));
        return (process.ExitCode, await output, await error);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
