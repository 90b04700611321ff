using System.Text.RegularExpressions;
using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary><c>kafka-restore serve</c> as a process of its own, on a free port.</summary>
internal sealed partial class ServeProgram : IAsyncDisposable
{
    private readonly CliProgram _program;

    private ServeProgram(CliProgram program, string address)
    {
        _program = program;
        Address = address;
    }

    /// <summary>What <c>--server</c> takes.</summary>
    public string Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="data">Its directory.</param>
    /// <param name="port">The port; 0: any.</param>
    public static async Task<ServeProgram> StartAsync(string data, int port = 0)
    {
        var program = CliProgram.Start(["serve", "--data", data, "--listen", $"127.0.0.1:{port}"]);
        await program.SeesAsync("listening on ");
        return new ServeProgram(program, Listening().Match(program.Error).Groups[1].Value);
    }

    /// <summary>Its port.</summary>
    public int Port => new Uri(Address).Port;

    /// <summary>Sends a signal and waits for the end.</summary>
    public async Task<CliResult> EndAsync(string signal)
    {
        _program.Signal(signal);
        return await _program.EndAsync();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    [GeneratedRegex(@"listening on (http://\S+?)[,;]")]
    private static partial Regex Listening();
}
