using KafkaRestore.Cli.Invocation;

return (int)await CommandLine.RunAsync(args).ConfigureAwait(false);
