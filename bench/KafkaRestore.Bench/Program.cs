using KafkaRestore.Bench;
using KafkaRestore.Records.Errors;

BenchVerb[] verbs = [new GenerateVerb(), new ReadVerb(), new RestoreVerb(), new EncodeVerb(), new FetchVerb(), new MapVerb(), new CheckpointsVerb(), new StopVerb(), new RestartVerb(), new GroupsVerb()];
var verb = Array.Find(verbs, candidate => args.Length > 0 && candidate.Name == args[0]);
if (verb is null)
{
    Console.Error.WriteLine($"usage: KafkaRestore.Bench {string.Join('|', verbs.Select(known => known.Name))} --option value ...");
    return 2;
}

try
{
    var arguments = new BenchArguments(args[1..]);
    await verb.RunAsync(arguments, Console.Out, CancellationToken.None);
    return 0;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\nusage: {verb.Usage}");
    return 2;
}
catch (RestoreException failure)
{
    Console.Error.WriteLine(failure.Describe());
    return (int)failure.Code.Exit;
}
