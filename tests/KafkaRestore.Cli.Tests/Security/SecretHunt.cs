using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>Looks for secrets in whatever a program leaves behind: as they are, and as they look when somebody encodes them.</summary>
internal sealed class SecretHunt
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Name, byte[] Form)> _forms = [];

    /// <summary>Adds a secret and, where it is sent together with a name, that pair.</summary>
    public SecretHunt Add(string name, string secret, string? user = null)
    {
        string[] wholes = user is null ? [secret] : [secret, $"{user}:{secret}", $"\0{user}\0{secret}"];
        foreach (var whole in wholes)
        {
            var bytes = Encoding.UTF8.GetBytes(whole);
            string[] forms =
            [
                whole,
                Convert.ToBase64String(bytes).TrimEnd('='),
                Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
                Convert.ToHexString(bytes),
                Convert.ToHexStringLower(bytes),
                Uri.EscapeDataString(whole),
                System.Net.WebUtility.UrlEncode(whole),
                JsonSerializer.Serialize(whole).Trim('"'),
                JsonSerializer.Serialize(whole, s_relaxed).Trim('"'),
            ];
            _forms.AddRange(forms.Distinct().Select(form => (name, Encoding.UTF8.GetBytes(form))));
        }

        return this;
    }

    /// <summary>Fails when a stream of the result holds a secret.</summary>
    public void AssertAbsent(CliResult result, string what)
    {
        AssertAbsent(Encoding.UTF8.GetBytes(result.Out), $"stdout of {what}");
        AssertAbsent(Encoding.UTF8.GetBytes(result.Error), $"stderr of {what}");
    }

    /// <summary>Fails when a file in the folder, or its name, holds a secret; gives the number of files.</summary>
    public int AssertAbsentBelow(string folder)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        foreach (var file in files)
        {
            AssertAbsent(Encoding.UTF8.GetBytes(file), $"the name of {file}");
            AssertAbsent(File.ReadAllBytes(file), file);
        }

        return files.Length;
    }

    private void AssertAbsent(ReadOnlySpan<byte> bytes, string where)
    {
        foreach (var (name, form) in _forms)
        {
            var at = bytes.IndexOf(form);
            Assert.True(at < 0, $"{where} holds {name} at byte {at}: …{(at < 0 ? "" : Encoding.UTF8.GetString(bytes[Math.Max(0, at - 80)..Math.Min(bytes.Length, at + 40)]))}…");
        }
    }
}
