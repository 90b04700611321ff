using System.CommandLine;
using KafkaRestore.Api.Client;
using KafkaRestore.Api.Hosting;
using KafkaRestore.Api.Security;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary>The options that say which service is asked.</summary>
internal sealed class ServerOptions
{
    private const string ServerVariable = "KAFKA_RESTORE_SERVER";
    private const string TokenVariable = "KAFKA_RESTORE_TOKEN_FILE";

    private static readonly string s_default = $"http://127.0.0.1:{ApiOptions.DefaultPort}";

    private readonly Option<string> _server = new("--server")
    {
        HelpName = "URL",
        Description = $"The service: http://HOST:PORT or https://HOST:PORT. Default: the variable {ServerVariable}, else {s_default}.",
    };

    private readonly Option<string> _token = new("--token-file")
    {
        HelpName = "FILE",
        Description = $"The file of the service's token. Default: the variable {TokenVariable}, else none.",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_token);
    }

    /// <summary>The service; nothing is asked of it yet.</summary>
    /// <exception cref="RestoreException">USAGE, CONFIG_INVALID, SERVER_DENIED: address or token cannot be.</exception>
    public RemoteRestoreService Open(ParseResult arguments)
    {
        var server = arguments.GetValue(_server) ?? Variable(ServerVariable) ?? s_default;
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address))
        {
            throw new RestoreException(ErrorCodes.Usage, $"'{Printable.Word(server)}' is no address of a service", "--server", "Write http://HOST:PORT or https://HOST:PORT.");
        }

        var token = arguments.GetValue(_token) ?? Variable(TokenVariable);
        return new RemoteRestoreService(address, token is null ? null : BearerToken.Read(token));
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
