namespace KafkaRestore.Offsets.Scripts;

/// <summary>The parts of a script that are the same in each. They run in bash 3.2 and later, and need nothing else but Kafka's tool and what every Unix has.</summary>
internal static class ScriptParts
{
    public const string Usage = """
        #
        # Usage: bash THIS_FILE [--dry-run]
        #   BOOTSTRAP_SERVERS      brokers, host:port,...
        #   COMMAND_CONFIG         a file of client properties, for TLS and logins
        #   KAFKA_CONSUMER_GROUPS  the tool, where it is not in PATH as kafka-consumer-groups.sh
        #
        # The groups must have no members. Exit code: 0 every offset is set; 1 some are not, and the output
        # says which; 2 the script cannot run.
        set -u


        """;

    public const string Functions = """
        mode=--execute
        if [ $# -eq 1 ] && [ "$1" = --dry-run ]; then
          mode=--dry-run
        elif [ $# -ne 0 ]; then
          echo "usage: bash $0 [--dry-run]" >&2
          exit 2
        fi

        servers=${BOOTSTRAP_SERVERS:-$servers}
        tool=${KAFKA_CONSUMER_GROUPS:-kafka-consumer-groups.sh}
        config=${COMMAND_CONFIG:-}
        config=${config#--command-config }
        if [ -z "$servers" ]; then
          echo "BOOTSTRAP_SERVERS is not set" >&2
          exit 2
        fi
        if ! command -v "$tool" >/dev/null; then
          echo "$tool is not there; name it with KAFKA_CONSUMER_GROUPS" >&2
          exit 2
        fi
        if [ -n "$config" ] && [ ! -r "$config" ]; then
          echo "$config cannot be read; COMMAND_CONFIG names a file of client properties" >&2
          exit 2
        fi

        set_count=0
        failed_count=0
        work=$(mktemp -d "${TMPDIR:-/tmp}/set-offsets.XXXXXX") || exit 2
        trap 'rm -rf "$work"' EXIT
        trap 'echo "stopped: $set_count offsets were set before, those behind them not" >&2; exit 130' INT TERM

        # Asks the tool to set the lines topic,partition,offset of a file for a group. Lines that its output does not
        # confirm are left in $work/left: its exit code is 0 after most failures.
        ask() {
          local status line words
          if [ -n "$config" ]; then
            "$tool" --bootstrap-server "$servers" --command-config "$config" "--group=$1" \
              --reset-offsets --from-file "$2" "$mode" >"$work/said" 2>&1 </dev/null
          else
            "$tool" --bootstrap-server "$servers" "--group=$1" \
              --reset-offsets --from-file "$2" "$mode" >"$work/said" 2>&1 </dev/null
          fi
          status=$?
          seen=$'\n'
          while IFS= read -r line || [ -n "$line" ]; do
            case "$line" in
              "$1 "*)
                IFS=' ' read -ra words <<<"${line#"$1 "}"
                if [ "${#words[@]}" -eq 3 ]; then
                  seen+="${words[0]},${words[1]},${words[2]}"$'\n'
                fi
                ;;
            esac
          done <"$work/said"
          : >"$work/left"
          while IFS= read -r line; do
            case "$status:$seen" in
              0:*$'\n'"$line"$'\n'*) ;;
              *) printf '%s\n' "$line" >>"$work/left" ;;
            esac
          done <"$2"
        }

        # Says what was not set, and what the tool said of it.
        complain() {
          local line place instead
          grep -v -e '^[[:space:]]*$' -e '^[[:space:]]*at ' "$work/said" | head -n 3 | sed 's/^/    /' >&2
          while IFS= read -r line; do
            place=${line%,*}
            case "$seen" in
              *$'\n'"$place,"*)
                instead=${seen#*$'\n'"$place,"}
                printf '  NOT SET: %s, %s (the tool took %s)\n' "$1" "$line" "${instead%%$'\n'*}" >&2
                ;;
              *) printf '  NOT SET: %s, %s\n' "$1" "$line" >&2 ;;
            esac
          done <"$work/left"
        }

        # Sets the offsets of a file and counts.
        attempt() {
          local all left
          ask "$1" "$2"
          all=$(grep -c '' "$2")
          left=$(grep -c '' "$work/left")
          set_count=$((set_count + all - left))
        }

        # The offsets of a group are in its input. When some are not set, each of their topics is tried alone: one topic
        # that does not exist keeps the tool from setting any.
        set_group() {
          local topic
          cat >"$work/plan"
          printf '[%s/%s] %s: %s offsets\n' "$1" "$groups" "$2" "$(grep -c '' "$work/plan")"
          attempt "$2" "$work/plan"
          if [ ! -s "$work/left" ]; then
            return
          fi
          if [ "$(cut -d, -f1 "$work/plan" | sort -u | grep -c '')" -eq 1 ]; then
            failed_count=$((failed_count + $(grep -c '' "$work/left")))
            complain "$2"
            return
          fi
          cp "$work/left" "$work/retry"
          for topic in $(cut -d, -f1 "$work/retry" | sort -u); do
            while IFS= read -r line; do
              case "$line" in "$topic,"*) printf '%s\n' "$line" ;; esac
            done <"$work/retry" >"$work/plan"
            attempt "$2" "$work/plan"
            if [ -s "$work/left" ]; then
              failed_count=$((failed_count + $(grep -c '' "$work/left")))
              complain "$2"
            fi
          done
        }

        """;

    public const string Summary = """

        if [ "$mode" = --dry-run ]; then
          printf '%s offsets would be set, %s would not. Nothing was changed.\n' "$set_count" "$failed_count"
        else
          printf '%s offsets are set, %s are not.\n' "$set_count" "$failed_count"
        fi
        [ "$failed_count" -eq 0 ]

        """;
}
