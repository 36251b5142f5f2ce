using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class PageTests
{
    [Fact]
    public async Task Open_SignedChallenge_GivesAnAddressThatSignsTheBrowserIn()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        using var browser = new TestBrowser(server);

        var address = await ada.OpenPageAsync();
        Assert.Equal(("https", "localhost", server.Address.Port), (address.Scheme, address.Host, address.Port));
        using var entered = await browser.GetAsync(address.AbsolutePath);

        Assert.Equal((HttpStatusCode.Redirect, "/"), (entered.StatusCode, entered.Headers.Location!.OriginalString));
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-rivet=", cookie, StringComparison.Ordinal);
        Assert.All(["; path=/", "; secure", "; samesite=strict", "; httponly"], part => Assert.Contains(part, cookie, StringComparison.Ordinal));
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("no-store", entered.Headers.CacheControl!.ToString());
        Assert.Equal(ada.Subject.Person.ToString(), await browser.WhoAmIAsync());
    }

    [Fact]
    public async Task Enter_Twice_IsNotFound()
    {
        await using var server = await TestServer.StartAsync();
        var address = await (await server.FoundAsync()).OpenPageAsync();
        using var browser = new TestBrowser(server);
        using var stranger = new TestBrowser(server);

        Assert.Equal(HttpStatusCode.Redirect, await browser.EnterAsync(address));
        Assert.Equal(HttpStatusCode.NotFound, await stranger.EnterAsync(address));
        Assert.Null(await stranger.WhoAmIAsync());
    }

    [Fact]
    public async Task Enter_Expired_IsNotFound()
    {
        await using var server = await TestServer.StartAsync();
        var address = await (await server.FoundAsync()).OpenPageAsync();
        using var browser = new TestBrowser(server);

        server.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(HttpStatusCode.NotFound, await browser.EnterAsync(address));
    }

    [Fact]
    public async Task Enter_DeviceSignedOutMeanwhile_IsNotFound()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var phone = await ada.AddDeviceAsync();
        var address = await phone.OpenPageAsync();
        using var browser = new TestBrowser(server);

        await ada.SignOutAsync(phone);

        Assert.Equal(HttpStatusCode.NotFound, await browser.EnterAsync(address));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task Enter_ByALinkOfAnotherSite_IsNotFoundAndTheTicketStaysGood(string site)
    {
        await using var server = await TestServer.StartAsync();
        var address = await (await server.FoundAsync()).OpenPageAsync();
        using var browser = new TestBrowser(server);

        using var refused = await browser.GetAsync(address.AbsolutePath, ("Sec-Fetch-Site", site));

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, await browser.EnterAsync(address));
    }

    [Fact]
    public async Task Open_ChallengeUsed_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var challenge = await ada.ChallengeAsync();
        var request = TestDevice.Signed(challenge, ada.Keys.SignPage(challenge));
        await ada.AskAsync<OpenPageResponse>(Method.OpenPage, request);

        Assert.Equal("identity.challenge-refused", (await ada.RefusedAsync(Method.OpenPage, request)).Reason);
        Assert.Single(await server.EventsAsync("identity.page.refused"));
    }

    [Fact]
    public async Task Open_ChallengeExpired_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var challenge = await ada.ChallengeAsync();

        server.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(RefusalCode.Denied, (await ada.RefusedAsync(Method.OpenPage, TestDevice.Signed(challenge, ada.Keys.SignPage(challenge)))).Code);
    }

    [Fact]
    public async Task Open_WrongSignature_IsDeniedAndTheChallengeIsUsedUp()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var challenge = await ada.ChallengeAsync();

        Assert.Equal(RefusalCode.Denied, (await ada.RefusedAsync(Method.OpenPage, TestDevice.Signed(challenge, new TestKeys().SignPage(challenge)))).Code);
        Assert.Equal(RefusalCode.Denied, (await ada.RefusedAsync(Method.OpenPage, TestDevice.Signed(challenge, ada.Keys.SignPage(challenge)))).Code);
    }

    [Fact]
    public async Task Open_ChallengeOfAnotherDevice_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var bob = await ada.BringAsync("Bob");
        var challenge = await ada.ChallengeAsync();
        await bob.ChallengeAsync();

        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.OpenPage, TestDevice.Signed(challenge, bob.Keys.SignPage(challenge)))).Code);
        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.OpenPage, TestDevice.Signed(challenge, ada.Keys.SignPage(challenge)))).Code);
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(32, 0)]
    [InlineData(31, 64)]
    [InlineData(4096, 4096)]
    public async Task Open_MalformedSizes_IsDenied(int challenge, int signature)
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        await ada.ChallengeAsync();

        Assert.Equal(RefusalCode.Denied, (await ada.RefusedAsync(Method.OpenPage, TestDevice.Signed(new byte[challenge], new byte[signature]))).Code);
    }

    [Fact]
    public async Task Cookie_AndTicket_AreNotInTheStoreInClear()
    {
        await using var server = await TestServer.StartAsync();
        var address = await (await server.FoundAsync()).OpenPageAsync();
        using var browser = new TestBrowser(server);
        await browser.EnterAsync(address);

        foreach (var secret in new[] { browser.Cookie!, address.AbsolutePath["/enter/".Length..] })
        {
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(secret);
            Assert.Equal(32, bytes.Length);
            Assert.False(server.IsStored(bytes));
            Assert.False(server.IsStored(System.Text.Encoding.ASCII.GetBytes(secret)));
        }

        Assert.True(server.IsStored(SHA256.HashData(System.Buffers.Text.Base64Url.DecodeFromChars(browser.Cookie!))));
    }

    [Fact]
    public async Task SignOut_OfTheDevice_EndsItsPagesAndNoOthers()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var phone = await ada.AddDeviceAsync();
        using var browser = new TestBrowser(server);
        using var other = new TestBrowser(server);
        await browser.EnterAsync(await phone.OpenPageAsync());
        await other.EnterAsync(await ada.OpenPageAsync());
        var session = await server.SessionOfAsync(phone);
        var ended = 0;
        using var following = await server.Get<IPageSessions>().FollowAsync(session, () => Interlocked.Increment(ref ended), CancellationToken.None);
        Assert.True(await server.Get<IPageSessions>().IsAliveAsync(session, CancellationToken.None));

        await ada.SignOutAsync(phone);

        Assert.Equal(1, ended);
        Assert.False(await server.Get<IPageSessions>().IsAliveAsync(session, CancellationToken.None));
        Assert.Null(await server.Get<IPageSessions>().FollowAsync(session, () => { }, CancellationToken.None));
        Assert.Null(await browser.WhoAmIAsync());
        Assert.NotNull(await other.WhoAmIAsync());
        Assert.Equal("device-signed-out", Assert.Single(await server.EventsAsync("identity.page.closed")).Details["cause"]);
    }

    [Fact]
    public async Task Session_After12Hours_HasEnded()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        using var browser = new TestBrowser(server);
        await browser.EnterAsync(await ada.OpenPageAsync());
        var ended = 0;
        using var following = await server.Get<IPageSessions>().FollowAsync(
            await server.SessionOfAsync(ada), () => Interlocked.Increment(ref ended), CancellationToken.None);

        server.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, ended);
        Assert.NotNull(await browser.WhoAmIAsync());
        server.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, ended);
        Assert.Null(await browser.WhoAmIAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Cookie_Unknown_IsNobody(string cookie)
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new TestBrowser(server) { Cookie = cookie };

        Assert.Null(await browser.WhoAmIAsync());
    }

    [Fact]
    public async Task Leave_WithoutToken_IsRefused_WithIt_EndsTheSession()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        using var browser = new TestBrowser(server);
        await browser.EnterAsync(await ada.OpenPageAsync());

        Assert.Equal(HttpStatusCode.BadRequest, await browser.LeaveAsync());
        Assert.NotNull(await browser.WhoAmIAsync());

        var page = PagePrincipal.Of(Subject.OfPage(ada.Subject.Company, ada.Subject.Person, await server.SessionOfAsync(ada)));
        var form = new DefaultHttpContext { RequestServices = server.Get<IServiceProvider>(), User = page, Request = { Scheme = "https" } };
        var tokens = server.Get<IAntiforgery>().GetTokens(form);
        Assert.Equal(HttpStatusCode.Redirect, await browser.LeaveAsync(tokens));

        Assert.Null(await browser.WhoAmIAsync());
        Assert.Equal("left", Assert.Single(await server.EventsAsync("identity.page.closed")).Details["cause"]);
    }

    [Fact]
    public async Task Found_OnThePage_SetsACookieThatSignsIn()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);
        var founded = (await server.Get<ICompanyFounding>().FoundAsync(code!.Reveal(), "Nordwind", "Ada", null, CancellationToken.None)).Value;
        var response = new DefaultHttpContext();

        server.Get<IPageSessions>().SetCookie(response, founded.Session);

        using var browser = new TestBrowser(server);
        browser.Take(response.Response.Headers.SetCookie.ToString());
        Assert.Equal(founded.Person.ToString(), await browser.WhoAmIAsync());
        Assert.Equal("[redacted]", founded.Session.ToString());
    }

    [Fact]
    public void TryGetSubject_PrincipalOfAnotherScheme_IsNobody()
    {
        var page = PagePrincipal.Of(Subject.OfPage(new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid())));
        var forged = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity(page.Claims, "Other"));

        Assert.False(PagePrincipal.TryGetSubject(forged, out _));
        Assert.False(PagePrincipal.TryGetSubject(null, out _));
    }
}
