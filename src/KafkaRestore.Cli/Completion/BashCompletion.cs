using System.Text;
using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Completion;

/// <summary>The script for bash; needs nothing but bash itself.</summary>
internal static class BashCompletion
{
    public static string Script(CompletionWords words)
    {
        var script = new StringBuilder($$"""
            # bash completion for {{CommandLine.ProgramName}}
            _kafka_restore() {
              local word=${COMP_WORDS[COMP_CWORD]} previous="" command="" i
              ((COMP_CWORD > 0)) && previous=${COMP_WORDS[COMP_CWORD-1]}
              for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                  -*) ;;
                  *) command=${COMP_WORDS[i]}; break ;;
                esac
              done
              COMPREPLY=()
              case $command:$previous in

            """);
        foreach (var command in words.Commands)
        {
            foreach (var option in command.Options.Where(option => option.TakesValue))
            {
                var patterns = string.Join(" | ", option.Names.Select(name => $"{command.Name}:{name}"));
                var reply = option.Values.Count > 0 ? $"compgen -W '{string.Join(' ', option.Values)}' -- \"$word\""
                    : option.IsFile ? "compgen -f -- \"$word\""
                    : null;
                script.Append($"    {patterns}) ").Append(reply is null ? "return ;;\n" : $"mapfile -t COMPREPLY < <({reply}); return ;;\n");
            }
        }

        script.Append("  esac\n  local words\n  case $command in\n");
        script.Append($"    '') words='{Join(words.Commands.Select(command => command.Name).Concat(Long(words.Globals)))}' ;;\n");
        foreach (var command in words.Commands)
        {
            script.Append($"    {command.Name}) words='{Join(command.Words.Concat(Long(command.Options)))}' ;;\n");
        }

        script.Append($$"""
              esac
              mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
            }
            complete -o filenames -F _kafka_restore {{CommandLine.ProgramName}}

            """);
        return script.ToString();
    }

    private static IEnumerable<string> Long(IEnumerable<OptionWords> options) => options.Select(option => option.Long);

    private static string Join(IEnumerable<string> words) => string.Join(' ', words);
}
