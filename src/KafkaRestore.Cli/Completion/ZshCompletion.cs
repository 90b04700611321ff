using System.Text;
using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Completion;

/// <summary>The script for zsh: to be a file of the function path, or to be sourced after compinit.</summary>
internal static class ZshCompletion
{
    public static string Script(CompletionWords words)
    {
        var script = new StringBuilder($$"""
            #compdef {{CommandLine.ProgramName}}
            _kafka_restore() {
              local context state line
              _arguments -C \
            {{string.Concat(words.Globals.Select(option => $"    {Specification(option)} \\\n"))}}    '1: :->command' \
                '*:: :->arguments'
              case $state in
                command)
                  local -a commands=(
            {{string.Concat(words.Commands.Select(command => $"        '{command.Name}:{command.Description}'\n"))}}      )
                  _describe command commands ;;
                arguments)
                  case $line[1] in

            """);
        foreach (var command in words.Commands)
        {
            var specifications = command.Options.Select(Specification);
            if (command.Words.Count > 0)
            {
                specifications = specifications.Append($"'1: :({string.Join(' ', command.Words)})'");
            }

            script.Append($"        {command.Name}) _arguments {string.Join(" \\\n          ", specifications)} ;;\n");
        }

        script.Append($$"""
                  esac ;;
              esac
            }
            if [ "$funcstack[1]" = _kafka-restore ]; then _kafka_restore "$@"; else compdef _kafka_restore {{CommandLine.ProgramName}}; fi

            """);
        return script.ToString();
    }

    private static string Specification(OptionWords option)
    {
        var names = option.Short is null ? option.Long : $"({option.Short} {option.Long})'{{{option.Short},{option.Long}}}'";
        var value = !option.TakesValue ? ""
            : option.Values.Count > 0 ? $":value:({string.Join(' ', option.Values)})"
            : option.IsFile ? ":file:_files"
            : ":value: ";
        return $"'{names}[{option.Description}]{value}'";
    }
}
