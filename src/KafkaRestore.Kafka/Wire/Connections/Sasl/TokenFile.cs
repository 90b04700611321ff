using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>A token that somebody else keeps fresh in a file, such as an orchestrator's.</summary>
/// <remarks>The file is read for each authentication. Brokers end a session with its token, so a new token is taken up before the old one ends.</remarks>
internal sealed class TokenFile(string path, IReadOnlyDictionary<string, string> extensions, TimeProvider time)
{
    private const int MostBytes = 64 << 10;

    /// <summary>The token that the file holds now; nothing is kept of it.</summary>
    /// <exception cref="WireException">Denied: there is none, or it has ended.</exception>
    public async Task<BearerToken> ReadAsync(CancellationToken cancellationToken)
    {
        var token = (await TextAsync(cancellationToken).ConfigureAwait(false)).Trim();
        if (token.Length == 0 || token.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw Denied("does not hold one token and nothing else");
        }

        return EndOf(token) is { } end && end <= time.GetUtcNow()
            ? throw Denied($"holds a token that ended at {end.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z")
            : new BearerToken(new Secret(token), TimeSpan.Zero, extensions);
    }

    private async Task<string> TextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using (file.ConfigureAwait(false))
            {
                var bytes = new byte[MostBytes + 1];
                var count = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return count <= MostBytes ? Encoding.UTF8.GetString(bytes, 0, count) : throw Denied($"is larger than {MostBytes >> 10} KiB");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Denied("cannot be read", e);
        }
    }

    /// <summary>When the token ends, where it is a JWT that says so; null where it is not for us to know.</summary>
    private static DateTimeOffset? EndOf(string token)
    {
        try
        {
            if (token.Split('.') is not [_, { Length: > 0 } claims, ..])
            {
                return null;
            }

            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("exp", out var end)
                && end.ValueKind == JsonValueKind.Number && end.TryGetDouble(out var seconds) && seconds is > 0 and < 100_000_000_000
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private WireException Denied(string what, Exception? inner = null) => new(WireFailure.Denied, $"the token file '{path}' {what}", inner, Remedies.TokenFile);
}
