using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Api;

public sealed class OperatorApiTests : IAsyncLifetime
{
    private const string Slashed = "Store/shop";

    private BridgeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await BridgeHost.StartAsync();
        foreach (var id in Enumerable.Range(1, 3))
        {
            AddEvent(id, id == 3 ? EventState.Stored : EventState.Folded);
        }

        AddEntity(1, "shop", EntityState.Clean, toldRevision: 4);
        AddEntity(2, Slashed, EntityState.Parked, toldRevision: 1);
        AddEntity(3, "Store%2Fshop", EntityState.Waiting, toldRevision: 0);
        AddEntity(4, "x/retry", EntityState.Parked, toldRevision: 0);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static EntityKey Key(string identifier) => new("port", "repository", identifier);

    private void AddEvent(long id, EventState state, string eventType = "git.push") => _host.Store.Details[id] = new EventDetails
    {
        Summary = new EventSummary
        {
            Id = id,
            EventType = eventType,
            State = state,
            SubscriptionId = Payloads.Subscription,
            NotificationId = long.MaxValue,
            ReceivedAt = 1_000 * id,
        },
        Body = Encoding.UTF8.GetBytes(Payloads.Push()),
        Context = """{"headers":{},"queryParams":{}}"""u8.ToArray(),
        Generation = 1,
        Explanation = """{"rules":[{"rule":1}]}""",
        Effects = [new EventEffect(Key("shop"), 4, ["title"]), new EventEffect(Key(Slashed), 2, []), new EventEffect(Key("none"), 1, [])],
    };

    private void AddEntity(long id, string identifier, EntityState state, long toldRevision) => _host.Store.Entities.Add(new EntityDetails
    {
        Id = id,
        Key = Key(identifier),
        State = state,
        Revision = 4,
        Document = new EntityDocument
        {
            Fields = FieldTable.Of(
                [KeyValuePair.Create("title", new FieldState("\"Shop\"", new FieldVersion(7, 638_000_000_000_000_000, "0c", 1, 0)))]),
        },
        Desired = """{"title":"Shop"}""",
        Told = null,
        ToldRevision = toldRevision,
        ToldAt = toldRevision > 0 ? 9_000 : null,
        Reason = state == EntityState.Parked ? "No such blueprint" : null,
        UpdatedAt = 8_000,
    });

    private async Task<JsonElement> GetAsync(string path, string key = BridgeHost.ReadOnlyKey) => await JsonOf(await _host.SendAsync(HttpMethod.Get, path, key));

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    [Fact]
    public async Task Overview_HasWhatWaitsAndEveryTarget()
    {
        var overview = await GetAsync("/api/overview");

        Assert.Equal(3, overview.GetProperty("eventsWaiting").GetInt32());
        Assert.Equal(["konnect", "port"], overview.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("target").GetString()!));
        var port = overview.GetProperty("targets")[1];
        Assert.True(port.GetProperty("isConfigured").GetBoolean());
        Assert.Equal(4, port.GetProperty("parked").GetInt32());
    }

    [Fact]
    public async Task Events_ArePagedNewestFirst()
    {
        var page = await GetAsync("/api/events?limit=2");
        Assert.Equal(["3", "2"], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
        Assert.Equal("9223372036854775807", page.GetProperty("items")[0].GetProperty("notificationId").GetString());

        var rest = await GetAsync($"/api/events?limit=2&before={page.GetProperty("next").GetString()}");
        Assert.Equal("1", rest.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        Assert.Equal(1, (await GetAsync("/api/events?state=stored")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/events?state=nonsense")]
    [InlineData("/api/events?state=1")]
    [InlineData("/api/events?limit=many")]
    [InlineData("/api/entities?state=gone")]
    public async Task WrongQuery_Is400(string path) =>
        await ProblemAssert.IsProblemAsync(await _host.SendAsync(HttpMethod.Get, path), HttpStatusCode.BadRequest);

    [Fact]
    public async Task Event_IsExplained()
    {
        var detail = await GetAsync("/api/events/1");

        Assert.Equal("git.push", detail.GetProperty("body").GetProperty("eventType").GetString());
        Assert.Equal(JsonValueKind.Null, detail.GetProperty("rawBody").ValueKind);
        Assert.Equal(1, detail.GetProperty("explanation").GetProperty("rules").GetArrayLength());
        Assert.Equal(
            ["delivered", "parked", "gone"],
            detail.GetProperty("effects").EnumerateArray().Select(effect => effect.GetProperty("delivery").GetString()!));
        Assert.Equal("1970-01-01T00:00:09+00:00", detail.GetProperty("effects")[0].GetProperty("deliveredAt").GetString());

        var raw = await GetAsync("/api/events/1?raw=true");
        Assert.Equal(Payloads.Push(), Encoding.UTF8.GetString(raw.GetProperty("rawBody").GetBytesFromBase64()));
    }

    [Theory]
    [InlineData("GET", "/api/events/99")]
    [InlineData("POST", "/api/events/99/replay")]
    [InlineData("GET", "/api/entities/port/repository/unknown")]
    [InlineData("POST", "/api/entities/port/repository/unknown/retry")]
    [InlineData("POST", "/api/entities/port/repository/shop")]
    [InlineData("POST", "/api/targets/unknown/pause")]
    [InlineData("GET", "/api/nothing")]
    public async Task WhatIsNotThere_Is404(string method, string path) =>
        await ProblemAssert.IsProblemAsync(await _host.SendAsync(new HttpMethod(method), path), HttpStatusCode.NotFound);

    [Fact]
    public async Task Replay_PutsOneBack()
    {
        using var response = await _host.SendAsync(HttpMethod.Post, "/api/events/2/replay");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal([2], _host.Store.Replayed);
        Assert.Contains(_host.Logs.Entries, entry => entry.Level == LogLevel.Information && entry.Message.Contains("by api-key-0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Replay_OfWhatWaitsAlready_IsAccepted()
    {
        // Whoever asks again because the first answer was lost has what he wanted.
        AddEvent(7, EventState.Stored);

        using var response = await _host.SendAsync(HttpMethod.Post, "/api/events/7/replay");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(0, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("""{"ids":["1","2"]}""", HttpStatusCode.Accepted, 2)]
    [InlineData("""{"ids":["1","2"],"expectedCount":2}""", HttpStatusCode.Accepted, 2)]
    [InlineData("""{"state":"folded"}""", HttpStatusCode.Accepted, 2)]
    [InlineData("""{"state":"folded","expectedCount":3}""", HttpStatusCode.Conflict, 0)]
    [InlineData("""{"eventType":"unknown"}""", HttpStatusCode.Accepted, 0)]
    [InlineData("""{"ids":["one"]}""", HttpStatusCode.BadRequest, 0)]
    [InlineData("""{"state":"nonsense"}""", HttpStatusCode.BadRequest, 0)]
    [InlineData("{", HttpStatusCode.BadRequest, 0)]
    [InlineData("", HttpStatusCode.BadRequest, 0)]
    public async Task BulkReplay_DoesWhatWasMeant(string json, HttpStatusCode expected, int replayed)
    {
        using var response = await _host.SendAsync(HttpMethod.Post, "/api/events/replay", json: json);

        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        Assert.Equal(replayed, _host.Store.Replayed.Count);
        if (expected != HttpStatusCode.Accepted)
        {
            await ProblemAssert.IsProblemAsync(response, expected);
        }
    }

    [Fact]
    public async Task BulkReplayOfMoreThan100_NeedsTheCount()
    {
        foreach (var id in Enumerable.Range(10, 1200))
        {
            AddEvent(id, EventState.Ignored);
        }

        var refused = await ProblemAssert.IsProblemAsync(
            await _host.SendAsync(HttpMethod.Post, "/api/events/replay", json: """{"state":"ignored"}"""), HttpStatusCode.Conflict);
        Assert.Contains("1200", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_host.Store.Replayed);

        Assert.Equal(HttpStatusCode.Accepted, (await _host.SendAsync(HttpMethod.Post, "/api/events/replay", json: """{"state":"ignored","expectedCount":1200}""")).StatusCode);
        Assert.Equal(1200, _host.Store.Replayed.Count);
    }

    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("Store%2Fshop", Slashed)]
    [InlineData("Store%2fshop", Slashed)]
    [InlineData("Store/shop", Slashed)]
    [InlineData("Store%252Fshop", "Store%2Fshop")]
    [InlineData("x%2Fretry", "x/retry")]
    [InlineData("x/retry", "x/retry")]
    public async Task EntityAddress_NamesExactlyOneEntity(string path, string identifier)
    {
        Assert.Equal(identifier, (await GetAsync($"/api/entities/port/repository/{path}")).GetProperty("entity").GetProperty("identifier").GetString());

        using var response = await _host.SendAsync(HttpMethod.Post, $"/api/entities/port/repository/{path}/retry");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(identifier, Assert.Single(_host.Store.Retried).Identifier);
    }

    [Fact]
    public async Task Entity_TellsWhereEachFieldIsFrom()
    {
        var entity = await GetAsync("/api/entities/port/repository/shop");

        Assert.Equal("Shop", entity.GetProperty("desired").GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Null, entity.GetProperty("told").ValueKind);
        var field = Assert.Single(entity.GetProperty("fields").EnumerateArray());
        Assert.Equal("title", field.GetProperty("path").GetString());
        Assert.Equal(7, field.GetProperty("ruleVersion").GetDouble());
        Assert.Equal("0c", field.GetProperty("eventKey").GetString());
    }

    [Fact]
    public async Task Entities_AreFiltered()
    {
        Assert.Equal(2, (await GetAsync("/api/entities?state=parked&target=port")).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await GetAsync("/api/entities?identifier=Store%2Fshop")).GetProperty("items").GetArrayLength());
        Assert.Equal("2", (await GetAsync("/api/entities?limit=2")).GetProperty("next").GetString());
    }

    [Theory]
    [InlineData("""{"state":"parked"}""", HttpStatusCode.OK)]
    [InlineData("""{"state":"parked","expectedCount":2}""", HttpStatusCode.OK)]
    [InlineData("""{"state":"parked","expectedCount":1}""", HttpStatusCode.Conflict)]
    [InlineData("""{"state":"lost"}""", HttpStatusCode.BadRequest)]
    public async Task BulkRetry_DoesWhatWasMeant(string json, HttpStatusCode expected)
    {
        using var response = await _host.SendAsync(HttpMethod.Post, "/api/entities/retry", json: json);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, _host.Store.Retried.Count);
    }

    [Fact]
    public async Task Target_IsPausedAndResumedUnderTheKeysName()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await _host.SendAsync(HttpMethod.Post, "/api/targets/port/pause")).StatusCode);
        Assert.Equal("api-key-0", _host.Store.Paused["port"]);
        Assert.True((await GetAsync("/api/targets"))[1].GetProperty("isPaused").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, (await _host.SendAsync(HttpMethod.Post, "/api/targets/port/resume")).StatusCode);
        Assert.Empty(_host.Store.Paused);
    }

    [Fact]
    public async Task Preview_TakesAnEventOrAStoredOne()
    {
        var given = await JsonOf(await _host.SendAsync(
            HttpMethod.Post, "/api/mapping/preview", BridgeHost.ReadOnlyKey, """{"rules":"port: []","event":{"eventType":"a"}}"""));
        Assert.Equal("port: []", given.GetProperty("rules").GetString());
        Assert.Equal("a", given.GetProperty("body").GetProperty("eventType").GetString());
        Assert.False(given.GetProperty("hasContext").GetBoolean());

        var stored = await JsonOf(await _host.SendAsync(HttpMethod.Post, "/api/mapping/preview", json: """{"eventId":"1"}"""));
        Assert.Equal("git.push", stored.GetProperty("body").GetProperty("eventType").GetString());
        Assert.True(stored.GetProperty("hasContext").GetBoolean());
        await ProblemAssert.IsProblemAsync(await _host.SendAsync(HttpMethod.Post, "/api/mapping/preview", json: "{}"), HttpStatusCode.BadRequest);
        await ProblemAssert.IsProblemAsync(
            await _host.SendAsync(HttpMethod.Post, "/api/mapping/preview", json: """{"eventId":"77"}"""), HttpStatusCode.NotFound);
        Assert.Equal(4, (await GetAsync("/api/mapping")).GetProperty("rules").GetInt32());
    }

    [Fact]
    public async Task StoreUnavailable_Is503AndOtherFailuresAre500WithoutTheirText()
    {
        _host.Store.OperatorFailure = new StoreUnavailableException("The disk is full.");
        var response = await _host.SendAsync(HttpMethod.Get, "/api/overview");
        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);

        _host.Store.OperatorFailure = new InvalidOperationException("canary-exception-text");
        response = await _host.SendAsync(HttpMethod.Get, "/api/overview");
        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("canary", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Reads => new()
    {
        { "GET", "/api/overview" },
        { "GET", "/api/events" },
        { "GET", "/api/events/1" },
        { "GET", "/api/entities" },
        { "GET", "/api/entities/port/repository/shop" },
        { "GET", "/api/targets" },
        { "GET", "/api/mapping" },
        { "POST", "/api/mapping/preview" },
        { "GET", "/metrics" },
        { "GET", "/openapi/v1.json" },
        { "GET", "/swagger/index.html" },
    };

    public static TheoryData<string, string> Writes => new()
    {
        { "POST", "/api/events/1/replay" },
        { "POST", "/api/events/replay" },
        { "POST", "/api/entities/retry" },
        { "POST", "/api/entities/port/repository/shop/retry" },
        { "POST", "/api/targets/port/pause" },
        { "POST", "/api/targets/port/resume" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task ReadOnlyKey_MayLook(string method, string path)
    {
        foreach (var key in new[] { BridgeHost.ReadOnlyKey, BridgeHost.ApiKey })
        {
            using var response = await _host.SendAsync(new HttpMethod(method), path, key, method == "POST" ? """{"eventId":"1"}""" : null);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task ReadOnlyKey_MayNotChangeAnything(string method, string path)
    {
        await ProblemAssert.IsProblemAsync(await _host.SendAsync(new HttpMethod(method), path, BridgeHost.ReadOnlyKey, "{}"), HttpStatusCode.Forbidden);

        Assert.Empty(_host.Store.Replayed);
        Assert.Empty(_host.Store.Retried);
        Assert.Empty(_host.Store.Paused);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    [MemberData(nameof(Writes))]
    public async Task NoKeyOrAWrongOne_Is401(string method, string path)
    {
        foreach (var key in new[] { null, "", "wrong", BridgeHost.ApiKey + "x", BridgeHost.Password })
        {
            await ProblemAssert.IsProblemAsync(await _host.SendAsync(new HttpMethod(method), path, key, method == "POST" ? "{}" : null), HttpStatusCode.Unauthorized);
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 localhost")]
    [InlineData("Host", "localhost")]
    public async Task ComingFromLoopback_OpensNothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/overview");
        request.Headers.TryAddWithoutValidation(header, value);

        await ProblemAssert.IsProblemAsync(await _host.Client.SendAsync(request), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task NoKeyConfigured_Is401EverywhereAndSaysWhichSetting()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings.Clear());

        foreach (var path in new[] { "/api/overview", "/metrics", "/openapi/v1.json", "/swagger/index.html" })
        {
            var problem = await ProblemAssert.IsProblemAsync(await host.SendAsync(HttpMethod.Get, path, key: ""), HttpStatusCode.Unauthorized);
            Assert.Contains("Admin:ApiKeys", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RotatedKey_WorksWithoutARestart()
    {
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Get, "/api/overview")).StatusCode);

        _host.Reconfigure(("Admin:ApiKeys:0", "another-key"));

        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Get, "/api/overview", "another-key")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.SendAsync(HttpMethod.Get, "/api/overview")).StatusCode);
    }

    [Fact]
    public async Task DemoMode_OpensTheDocumentsOnly()
    {
        _host.App.Services.GetRequiredService<OperatorAccess>().DemoMode = true;

        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Get, "/openapi/v1.json", key: null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Get, "/swagger/index.html", key: null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.SendAsync(HttpMethod.Get, "/api/overview", key: null)).StatusCode);
    }

    [Fact]
    public async Task Document_DescribesEveryOperation()
    {
        var document = await GetAsync("/openapi/v1.json");

        var paths = document.GetProperty("paths").EnumerateObject().ToDictionary(path => path.Name, path => path.Value, StringComparer.Ordinal);
        Assert.Contains("/api/events/{id}", paths.Keys);
        Assert.Contains("/api/entities/{target}/{blueprint}/{identifier}", paths.Keys);
        Assert.DoesNotContain(BridgeHost.WebhookPath, paths.Keys);
        Assert.All(paths.Values.SelectMany(path => path.EnumerateObject()), operation => Assert.True(operation.Value.TryGetProperty("summary", out _)));
        Assert.True(document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("ApiKey", out _));
    }

    [Fact]
    public void EveryEndpoint_HasAnAuthorizationDecision()
    {
        var endpoints = _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;

        Assert.True(endpoints.Count > 20, $"{endpoints.Count} endpoints");
        Assert.All(endpoints, endpoint =>
        {
            var isOpen = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            var policy = endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
            Assert.True(isOpen || policy is not null, $"{endpoint.DisplayName} has none");
            var route = "/" + ((RouteEndpoint)endpoint).RoutePattern.RawText!.TrimStart('/');
            string[] open = [BridgeHost.WebhookPath, "/health/live", "/health/ready", "/health/startup", "/{**address}"];
            Assert.Equal(open.Contains(route, StringComparer.Ordinal), isOpen);
        });
    }
}
