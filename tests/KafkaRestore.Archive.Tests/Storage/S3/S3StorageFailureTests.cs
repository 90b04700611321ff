using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Archive.Tests.Storage.Doubles;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage.S3;

/// <summary>What no well-behaved server does on request.</summary>
public sealed class S3StorageFailureTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Theory]
    [InlineData(404, "NoSuchKey", "SEGMENT_MISSING")]
    [InlineData(404, "NoSuchBucket", "STORAGE_INVALID")]
    [InlineData(404, "XAdminUserNotFound", "STORAGE_DENIED")]
    [InlineData(404, "SomethingElse", "STORAGE_INVALID")]
    [InlineData(404, "", "SEGMENT_MISSING")]
    [InlineData(403, "AccessDenied", "STORAGE_DENIED")]
    [InlineData(403, "InvalidAccessKeyId", "STORAGE_DENIED")]
    [InlineData(403, "SignatureDoesNotMatch", "STORAGE_DENIED")]
    [InlineData(400, "ExpiredToken", "STORAGE_DENIED")]
    [InlineData(400, "InvalidToken", "STORAGE_DENIED")]
    [InlineData(401, "Unauthorized", "STORAGE_DENIED")]
    [InlineData(403, "RequestTimeTooSkewed", "STORAGE_UNAVAILABLE")]
    [InlineData(403, "InvalidObjectState", "SEGMENT_MISSING")]
    [InlineData(301, "PermanentRedirect", "STORAGE_INVALID")]
    [InlineData(400, "AuthorizationHeaderMalformed", "STORAGE_INVALID")]
    [InlineData(400, "InvalidArgument", "STORAGE_INVALID")]
    [InlineData(501, "NotImplemented", "STORAGE_INVALID")]
    [InlineData(400, "RequestTimeout", "STORAGE_UNAVAILABLE")]
    [InlineData(409, "ConditionalRequestConflict", "STORAGE_UNAVAILABLE")]
    [InlineData(429, "TooManyRequests", "STORAGE_UNAVAILABLE")]
    [InlineData(503, "SlowDown", "STORAGE_UNAVAILABLE")]
    [InlineData(500, "InternalError", "STORAGE_UNAVAILABLE")]
    [InlineData(502, "", "STORAGE_UNAVAILABLE")]
    public async Task An_answer_is_classified_by_its_code_and_status(int status, string code, string word)
    {
        await using var server = new ScriptedHttpServer(_ => ScriptedAnswer.Error(status, code));
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await storage.ReadAsync("a/b", 0, new byte[10], s_none));

        Assert.Equal(word, error.Code.Word);
        Assert.Contains("s3://bucket/pre/a/b", error.Where);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_archived_object_says_what_to_do_when_read_and_already_when_looked_at()
    {
        await using var server = new ScriptedHttpServer(request => request.Method == "HEAD"
            ? new ScriptedAnswer(200, new byte[5], Headers(("x-amz-storage-class", "DEEP_ARCHIVE")))
            : ScriptedAnswer.Error(403, "InvalidObjectState"));
        await using var storage = Open(server.Endpoint);

        var read = await FailsAsync(async () => await storage.ReadAsync("a", 0, new byte[10], s_none));
        var stat = await FailsAsync(async () => await storage.StatAsync("a", s_none));

        Assert.All([read, stat], error => Assert.Equal((ErrorCodes.SegmentMissing, true), (error.Code, error.Message.Contains("archived"))));
        Assert.Contains("DEEP_ARCHIVE", stat.Message);
        Assert.Contains("restore-object", stat.Hint);
    }

    [Fact]
    public async Task An_archived_object_that_was_brought_back_is_readable()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, new byte[5], Headers(
            ("x-amz-storage-class", "GLACIER"),
            ("x-amz-restore", "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2035 00:00:00 GMT\""))));
        await using var storage = Open(server.Endpoint);

        Assert.Equal(5, (await storage.StatAsync("a", s_none))!.Size);
    }

    [Fact]
    public async Task A_head_without_an_object_asks_once_whether_the_bucket_exists()
    {
        await using var server = new ScriptedHttpServer(request => request.Method == "HEAD"
            ? new ScriptedAnswer(404, [])
            : ScriptedAnswer.Error(404, "NoSuchBucket"));
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await storage.StatAsync("a", s_none));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
        Assert.Contains("bucket does not exist", error.Message);
    }

    [Fact]
    public async Task Whoever_may_not_list_learns_that_an_object_is_missing_all_the_same()
    {
        await using var server = new ScriptedHttpServer(request => request.Method == "HEAD"
            ? new ScriptedAnswer(404, [])
            : ScriptedAnswer.Error(403, "AccessDenied"));
        await using var storage = Open(server.Endpoint);

        Assert.Null(await storage.StatAsync("a", s_none));
        Assert.Null(await storage.StatAsync("b", s_none));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_read_that_breaks_off_goes_on_where_it_stopped_with_the_same_object()
    {
        var content = Content(10_000);
        await using var server = new ScriptedHttpServer(request => Ranged(request, content) with { CutAfter = 1_000 });
        await using var storage = Open(server.Endpoint);
        var destination = new byte[3_500];

        Assert.Equal(3_500, await storage.ReadAsync("a", 2_000, destination, s_none));

        Assert.Equal(content[2_000..5_500], destination);
        Assert.Equal(["bytes=2000-5499", "bytes=3000-5499", "bytes=4000-5499", "bytes=5000-5499"], server.Requests.Select(r => r.Headers["Range"]));
        Assert.Equal([null, "\"v1\"", "\"v1\"", "\"v1\""], server.Requests.Select(r => r.Headers.GetValueOrDefault("If-Match")));
    }

    [Fact]
    public async Task A_read_that_breaks_off_without_a_byte_is_unavailable()
    {
        await using var server = new ScriptedHttpServer(request => Ranged(request, Content(100)) with { CutAfter = 0 });
        await using var storage = Open(server.Endpoint);

        Assert.Equal(ErrorCodes.StorageUnavailable, (await FailsAsync(async () => await storage.ReadAsync("a", 0, new byte[10], s_none))).Code);
    }

    [Fact]
    public async Task A_read_that_gets_a_byte_at_a_time_does_not_go_on_for_ever()
    {
        await using var server = new ScriptedHttpServer(request => Ranged(request, Content(100)) with { CutAfter = 1 });
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await storage.ReadAsync("a", 0, new byte[100], s_none));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.InRange(server.Requests.Count, 2, 99);
    }

    [Fact]
    public async Task An_object_replaced_while_it_is_read_is_noticed()
    {
        await using var server = new ScriptedHttpServer(request => request.Headers.ContainsKey("If-Match")
            ? ScriptedAnswer.Error(412, "PreconditionFailed")
            : Ranged(request, Content(100)) with { CutAfter = 10 });
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await storage.ReadAsync("a", 0, new byte[100], s_none));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.Contains("replaced", error.Message);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_is_refused_where_that_would_give_wrong_bytes()
    {
        var content = Content(100);
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, content));
        await using var storage = Open(server.Endpoint);
        var destination = new byte[10];

        Assert.Equal(10, await storage.ReadAsync("a", 0, destination, s_none));
        Assert.Equal(content[..10], destination);
        Assert.Equal(ErrorCodes.StorageInvalid, (await FailsAsync(async () => await storage.ReadAsync("a", 5, new byte[10], s_none))).Code);
    }

    [Fact]
    public async Task A_server_that_answers_another_range_is_refused()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(206, Content(10), Headers(("Content-Range", "bytes 0-9/100"))));
        await using var storage = Open(server.Endpoint);

        Assert.Equal(ErrorCodes.StorageInvalid, (await FailsAsync(async () => await storage.ReadAsync("a", 20, new byte[10], s_none))).Code);
    }

    [Fact]
    public async Task What_is_not_S3_is_called_so()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, Encoding.UTF8.GetBytes("<html><body>Welcome<br></body>")));
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await ListAsync(storage));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
    }

    [Fact]
    public async Task A_listing_of_what_is_not_there_is_a_wrong_address_not_a_missing_object()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(404, Encoding.UTF8.GetBytes("<html>no such page</html>")));
        await using var storage = Open(server.Endpoint);

        Assert.Equal(ErrorCodes.StorageInvalid, (await FailsAsync(async () => await ListAsync(storage))).Code);
    }

    [Fact]
    public async Task A_listing_that_never_gets_on_is_refused()
    {
        const string Page = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken></ListBucketResult>";
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, Encoding.UTF8.GetBytes(Page)));
        await using var storage = Open(server.Endpoint);

        Assert.Equal(ErrorCodes.StorageInvalid, (await FailsAsync(async () => await ListAsync(storage))).Code);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_ends_a_request_before_and_inside_the_body(bool inBody)
    {
        await using var server = new ScriptedHttpServer(request => inBody
            ? Ranged(request, Content(100)) with { CutAfter = 0, Hang = true }
            : new ScriptedAnswer(0, [], Hang: true));
        await using var storage = Open(server.Endpoint, TimeSpan.FromMilliseconds(200));

        var error = await FailsAsync(async () => await storage.ReadAsync("a", 0, new byte[10], s_none));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.Contains("in time", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_ends_a_request_before_and_inside_the_body(bool inBody)
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new ScriptedHttpServer(request =>
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            return inBody ? Ranged(request, Content(100)) with { CutAfter = 5, Hang = true } : new ScriptedAnswer(0, [], Hang: true);
        });
        await using var storage = Open(server.Endpoint);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.ReadAsync("a", 0, new byte[10], cancel.Token));
    }

    [Fact]
    public async Task A_closed_port_is_unavailable()
    {
        string endpoint;
        await using (var server = new ScriptedHttpServer(_ => new ScriptedAnswer(0, [])))
        {
            endpoint = server.Endpoint;
        }

        await using var storage = Open(endpoint);

        var error = await FailsAsync(async () => await storage.StatAsync("a", s_none));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.Contains("ConnectionRefused", error.Message);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_unavailable()
    {
        await using var storage = Open("http://no-such-host.invalid:9000");

        Assert.Equal(ErrorCodes.StorageUnavailable, (await FailsAsync(async () => await storage.StatAsync("a", s_none))).Code);
    }

    [Fact]
    public async Task Https_to_a_port_without_tls_is_never_silently_plain()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var storage = Open(server.Endpoint.Replace("http://", "https://", StringComparison.Ordinal), TimeSpan.FromMilliseconds(300));

        await FailsAsync(async () => await storage.StatAsync("a", s_none));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Odd_characters_are_stored_as_kafka_backup_stores_them()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, new byte[1]));
        await using var storage = S3Storage.Open(Options(server.Endpoint) with { Prefix = "/one//~two/../%/" });

        await storage.StatAsync("id #1/é+ü/manifest.json", s_none);

        // As sent: the object's name, encoded once more for the URL.
        Assert.Equal(
            "/bucket/one/%7Etwo/%2E%2E/%25/id %231/%C3%A9+%C3%BC/manifest.json",
            Uri.UnescapeDataString(server.Requests.Single().Target));
    }

    [Fact]
    public async Task Objects_that_no_key_leads_to_are_not_listed()
    {
        const string Page = """
            <ListBucketResult><IsTruncated>false</IsTruncated>
            <Contents><Key>pre/</Key><Size>0</Size></Contents>
            <Contents><Key>pre/folder/</Key><Size>0</Size></Contents>
            <Contents><Key>pre/a//b</Key><Size>1</Size></Contents>
            <Contents><Key>pre/../b</Key><Size>1</Size></Contents>
            <Contents><Key>pre/raw~tilde</Key><Size>1</Size></Contents>
            <Contents><Key>other/x</Key><Size>1</Size></Contents>
            <Contents><Key>pre/ok%7E</Key><Size>7</Size></Contents>
            </ListBucketResult>
            """;
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, Encoding.UTF8.GetBytes(Page)));
        await using var storage = Open(server.Endpoint);

        Assert.Equal([new StorageEntry("ok~", IsFolder: false, 7, null)], await ListAsync(storage));
    }

    [Fact]
    public async Task A_session_token_and_the_region_are_sent()
    {
        await using var server = new ScriptedHttpServer(_ => new ScriptedAnswer(200, []));
        await using var storage = S3Storage.Open(Options(server.Endpoint) with { SessionToken = new Secret("the-token"), Region = "eu-north-1" });

        await storage.StatAsync("a", s_none);

        var sent = server.Requests.Single().Headers;
        Assert.Equal("the-token", sent["X-Amz-Security-Token"]);
        Assert.Contains("/eu-north-1/s3/", sent["Authorization"]);
    }

    [Fact]
    public async Task No_message_holds_a_secret()
    {
        await using var server = new ScriptedHttpServer(_ => ScriptedAnswer.Error(403, "SignatureDoesNotMatch"));
        await using var storage = Open(server.Endpoint);

        var error = await FailsAsync(async () => await storage.StatAsync("a", s_none));

        Assert.DoesNotContain("the-secret", error.ToString());
        Assert.DoesNotContain("the-secret", storage.Properties.ToString());
        Assert.DoesNotContain("the-secret", Options(server.Endpoint).ToString());
    }

    private static S3Storage Open(string endpoint, TimeSpan? idle = null) =>
        S3Storage.Open(Options(endpoint) with { IdleTimeout = idle ?? TimeSpan.FromSeconds(30) });

    private static S3StorageOptions Options(string endpoint) => new()
    {
        Bucket = "bucket",
        Prefix = "pre/",
        Endpoint = endpoint,
        AccessKey = new Secret("the-key"),
        SecretKey = new Secret("the-secret"),
    };

    private static ScriptedAnswer Ranged(ScriptedRequest request, byte[] content)
    {
        var range = RangeHeaderValue.Parse(request.Headers["Range"]).Ranges.Single();
        var last = Math.Min(range.To!.Value, content.Length - 1);
        var part = content[(int)range.From!.Value..(int)(last + 1)];
        return new ScriptedAnswer(206, part, Headers(
            ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {range.From}-{last}/{content.Length}")), ("ETag", "\"v1\"")));
    }

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) =>
        headers.ToDictionary(h => h.Name, h => h.Value);

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(7).NextBytes(content);
        return content;
    }

    private static async Task<List<StorageEntry>> ListAsync(S3Storage storage)
    {
        var entries = new List<StorageEntry>();
        await foreach (var entry in storage.ListAsync("", recursive: true, s_none))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static async Task<RestoreException> FailsAsync(Func<Task> operation) => await Assert.ThrowsAsync<RestoreException>(operation);
}
