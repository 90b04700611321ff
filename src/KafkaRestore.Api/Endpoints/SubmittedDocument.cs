using System.Text;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KafkaRestore.Api.Endpoints;

/// <summary>Reads the document of a submission from a request's body.</summary>
internal static class SubmittedDocument
{
    /// <summary>Media types of a document.</summary>
    public static readonly IReadOnlyList<string> MediaTypes = ["application/yaml", "application/x-yaml", "text/yaml", "application/json"];

    private const string KeyHeader = "Idempotency-Key";
    private const int LongestKey = 200;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads it whole.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">Bytes that are read at most; more is refused.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">USAGE: it is no text in UTF-8, or the key cannot be one.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or of another media type.</exception>
    public static async Task<JobSubmission> ReadAsync(HttpRequest request, long most, CancellationToken cancellationToken)
    {
        if (!MediaTypes.Contains(request.GetTypedHeaders().ContentType?.MediaType.Value, StringComparer.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException($"a document is one of {string.Join(", ", MediaTypes)}", StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        try
        {
            return new JobSubmission { Document = Utf8.GetString(body.GetBuffer().AsSpan(0, (int)body.Length)), IdempotencyKey = Key(request) };
        }
        catch (DecoderFallbackException)
        {
            throw new RestoreException(ErrorCodes.Usage, "the document is not UTF-8 text", "the request's body", "Send it as UTF-8.");
        }
    }

    private static string? Key(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(KeyHeader, out var values))
        {
            return null;
        }

        return values is [{ Length: >= 1 and <= LongestKey } key] && key.All(static letter => letter is > ' ' and <= '~')
            ? key
            : throw new RestoreException(ErrorCodes.Usage, $"an idempotency key is 1 to {LongestKey} printable characters without spaces", KeyHeader, "Send a name of your own for this submission, such as a UUID.");
    }
}
