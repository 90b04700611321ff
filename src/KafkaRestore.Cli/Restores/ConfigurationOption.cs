using System.CommandLine;
using KafkaRestore.Configuration;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The option <c>--config</c> of commands that need a whole configuration.</summary>
internal static class ConfigurationOption
{
    /// <summary>Creates the option for a command.</summary>
    public static Option<string> Create() => new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "The configuration file (YAML; docs/configuration.md).",
        Required = true,
    };

    /// <summary>Reads the file and shows its notices.</summary>
    /// <exception cref="RestoreException">The file is wrong; the message lists every problem.</exception>
    public static RestoreConfiguration Read(string file, ConsoleLog log)
    {
        var configuration = new ConfigurationReader().ReadFile(file).Require();
        foreach (var notice in configuration.Notices)
        {
            log.Message($"{file}:{notice.Line}: {notice.Path}: {notice.Text}");
        }

        return configuration;
    }
}
