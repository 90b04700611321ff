using KafkaRestore.Fuzz;

if (!FuzzOptions.TryParse(args, out var options, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine("usage: KafkaRestore.Fuzz [--seconds N | --iterations N] [--seed S] [--target segment|manifest|json|wire|all] [--only ITERATION] [--golden DIR]");
    return 2;
}

var report = await new Fuzzer(options with { MostWorkingSet = 1L << 30 }).RunAsync(Console.Out, CancellationToken.None);
report.WriteTo(Console.Out);
return report.Failure is null ? 0 : 1;
