using System.Text;
using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Completion;

/// <summary>The script for fish.</summary>
internal static class FishCompletion
{
    private const string Complete = $"complete -c {CommandLine.ProgramName}";

    public static string Script(CompletionWords words)
    {
        var script = new StringBuilder($"{Complete} -f\n");
        foreach (var option in words.Globals)
        {
            script.Append($"{Complete} -n __fish_use_subcommand{Rest(option)}\n");
        }

        foreach (var command in words.Commands)
        {
            script.Append($"{Complete} -n __fish_use_subcommand -a {command.Name} -d '{command.Description}'\n");
            var seen = $"'__fish_seen_subcommand_from {command.Name}'";
            foreach (var option in command.Options)
            {
                script.Append($"{Complete} -n {seen}{Rest(option)}\n");
            }

            if (command.Words.Count > 0)
            {
                script.Append($"{Complete} -n {seen} -a '{string.Join(' ', command.Words)}'\n");
            }
        }

        return script.ToString();
    }

    private static string Rest(OptionWords option)
    {
        var rest = new StringBuilder($" -l {option.Long.TrimStart('-')}");
        if (option.Short is { } name)
        {
            rest.Append($" -s {name.TrimStart('-')}");
        }

        if (option.TakesValue)
        {
            rest.Append(option.IsFile ? " -r -F" : " -x");
        }

        if (option.Values.Count > 0)
        {
            rest.Append($" -a '{string.Join(' ', option.Values)}'");
        }

        return rest.Append($" -d '{option.Description}'").ToString();
    }
}
