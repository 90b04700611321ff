using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map translate</c>: from source offsets to target offsets.</summary>
internal sealed class TranslateCommand : CliCommand
{
    private readonly Argument<string[]> _positions = new("position")
    {
        HelpName = "POSITION",
        Description = "A source offset as TOPIC:PARTITION:OFFSET; any number.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly MapSourceOptions _source = new();
    private readonly Option<string> _topic = new("--topic") { HelpName = "TOPIC", Description = "The source topic; with --partition and --offset the same as one POSITION." };
    private readonly Option<long> _partition = NumberOption("--partition", "NUMBER", "The source partition.", int.MaxValue);
    private readonly Option<long> _offset = NumberOption("--offset", "OFFSET", "The source offset.", long.MaxValue);
    private readonly Option<string> _offsets = new("--offsets")
    {
        HelpName = "FILE",
        Description = "A file with one topic:partition:offset or topic,partition,offset on each line; - is stdin.",
    };

    private readonly Option<bool> _group = new("--group")
    {
        Description = "The offsets are all that one consumer group has committed. Where several sources feed a target partition they are taken together.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create(csv: true);

    public TranslateCommand()
        : base("translate", "Translates source offsets: where a group goes on that has read everything before them.")
    {
        Add(_positions);
        _source.AddTo(this);
        Add(_topic);
        Add(_partition);
        Add(_offset);
        Add(_offsets);
        Add(_group);
        Add(_format);
        Validators.Add(Check);
    }

    public override string Synopsis => $"{MapSourceOptions.Synopsis} POSITION...";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-map translate --config restore.yaml orders:0:1200 orders:1:1180",
        "kafka-restore offset-map translate --state job.json --topic orders --partition 0 --offset 1200",
        "kafka-restore offset-map translate --state job.json --group --offsets billing.csv --format csv",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "A result is the target offset of the first surviving record at or after the source offset, or the end. exact: the target partition has one source. bounded: it has several; nothing " +
        "unread of what was asked lies before the offset, records behind it may have been read. approximate: a report tells only the first and last offset; nothing unread lies before the result.",
        "--format csv writes topic,partition,offset lines of the target, as kafka-consumer-groups.sh --reset-offsets --from-file takes them. A report of version 1 names targets only: give the " +
        "target's topic and partition. Exit code 4: an offset has no answer.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var positions = await ReadPositionsAsync(arguments, stop).ConfigureAwait(false);
        using var maps = await _source.ReadAsync(arguments, context, stop).ConfigureAwait(false);
        var translator = new OffsetTranslator(maps);
        var answer = arguments.GetValue(_group)
            ? await translator.TranslateGroupAsync(positions, stop).ConfigureAwait(false)
            : await translator.TranslateEachAsync(positions, stop).ConfigureAwait(false);
        var format = arguments.GetValue(_format);
        context.Result.Write(TranslationView.Of(answer), format, value => format == OutputFormat.Csv ? OffsetMapText.Csv(value) : OffsetMapText.Of(value));
        foreach (var unknown in answer.Unknown)
        {
            context.Log.Error($"{unknown.Position} has no answer: {unknown.Reason}");
        }

        return answer.Unknown.Count == 0 ? ExitCode.Done : ExitCode.Partial;
    }

    private async Task<IReadOnlyList<SourcePosition>> ReadPositionsAsync(ParseResult arguments, CancellationToken stop)
    {
        var positions = new List<SourcePosition>();
        foreach (var text in arguments.GetValue(_positions) ?? [])
        {
            positions.Add(SourcePosition.TryParse(text, out var position)
                ? position
                : throw new RestoreException(ErrorCodes.Usage, $"'{Printable.Line(text)}' is no TOPIC:PARTITION:OFFSET", hint: "Write for example orders:0:1200."));
        }

        if (arguments.GetValue(_topic) is { } topic)
        {
            positions.Add(new SourcePosition(new(topic, (int)arguments.GetValue(_partition)), arguments.GetValue(_offset)));
        }

        if (arguments.GetValue(_offsets) is { } file)
        {
            positions.AddRange(await PositionFile.ReadAsync(file, stop).ConfigureAwait(false));
        }

        if (arguments.GetValue(_group) && positions.CountBy(position => position.Source).FirstOrDefault(count => count.Value > 1) is { Value: > 1 } twice)
        {
            throw new RestoreException(ErrorCodes.Usage, $"{twice.Key} is given {twice.Value} times; a group has one offset in a partition", hint: "Leave --group out, or give each partition once.");
        }

        return positions;
    }

    private void Check(CommandResult command)
    {
        Option[] one = [_topic, _partition, _offset];
        var given = one.Count(option => command.GetResult(option) is not null);
        if (given is not (0 or 3))
        {
            command.AddError("--topic, --partition and --offset go together");
        }
        else if (given == 0 && command.GetResult(_offsets) is null && command.GetResult(_positions) is not { Tokens.Count: > 0 })
        {
            command.AddError("what is to be translated is missing: TOPIC:PARTITION:OFFSET, --offsets FILE, or --topic with --partition and --offset");
        }
    }

    private static Option<long> NumberOption(string name, string helpName, string description, long most) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > most)
            {
                argument.AddError($"{name} takes a whole number from 0, not '{Printable.Word(word)}'");
            }

            return number;
        },
    };
}
