using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Certificates.Acme;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Tests.Fakes;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Acme;

/// <summary>An ACME server that lies: whatever it says, the certificate that was served is served on, and the truth works afterwards.</summary>
public sealed class LieTests : IAsyncLifetime
{
    private const string Host = "chat.example.org";
    private readonly TempFolder folder = new();
    private readonly ImpatientTime time = new();
    private LyingAcme acme = null!;
    private TestHouse house = null!;

    public async ValueTask InitializeAsync()
    {
        acme = await LyingAcme.StartAsync(time);
        house = new TestHouse(folder, time);
        Assert.Null(await house.FulfilAsync(house.Desk.Use(acme.Settings(Host))));
        Assert.Equal(CertificateSourceKind.Acme, house.Served.Now.Source);
    }

    [Fact]
    public Task Certificate_ForAnotherName_IsRefused() => AssertRefusedAsync("chain.foreign-names", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, ["bank.example.org"])));

    [Fact]
    public Task Certificate_WithANameMore_IsRefused() => AssertRefusedAsync("chain.foreign-names", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, [.. names, "bank.example.org"])));

    [Fact]
    public Task Certificate_WithoutTheName_IsRefused() => AssertRefusedAsync("chain.names", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, [])));

    [Fact]
    public Task Certificate_ForAnotherKey_IsRefused() => AssertRefusedAsync("chain.key", () => acme.Certify = Chain((_, names) =>
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return acme.Authority.Issue(other, names);
    }));

    [Fact]
    public Task Certificate_ThatHasEnded_IsRefused()
        => AssertRefusedAsync("chain.expired", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, names, Now.AddDays(-9), Now.AddSeconds(-1))));

    /// <summary>It would be asked for again and again.</summary>
    [Fact]
    public Task Certificate_ThatEndsInAMinute_IsRefused()
        => AssertRefusedAsync("chain.expired", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, names, Now.AddDays(-9), Now.AddMinutes(1))));

    [Fact]
    public Task Certificate_OfNextYear_IsRefused()
        => AssertRefusedAsync("chain.not-yet-valid", () => acme.Certify = Chain((key, names) => acme.Authority.Issue(key, names, Now.AddDays(300), Now.AddDays(390))));

    [Fact]
    public Task Certificate_WithAChainOfSomebodyElse_IsRefused() => AssertRefusedAsync("chain.broken", () =>
    {
        using var impostor = new TestAuthority(Now);
        var middle = impostor.MiddlePem;
        acme.Certify = (key, names) => acme.Authority.Issue(key, names).ExportCertificatePem() + "\n" + middle;
    });

    [Fact]
    public Task Certificate_WithAPrivateKey_IsRefused() => AssertRefusedAsync("file.keys", () =>
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var text = other.ExportPkcs8PrivateKeyPem();
        acme.Certify = (key, names) => acme.Authority.Issue(key, names).ExportCertificatePem() + "\n" + text;
    });

    [Fact]
    public Task Certificate_OfAHundredIssuers_IsRefused()
        => AssertRefusedAsync("chain.too-long", () => acme.Certify = (key, names) => acme.Authority.Issue(key, names).ExportCertificatePem() + "\n" + string.Concat(Enumerable.Repeat(acme.Authority.MiddlePem, 30)));

    [Fact]
    public Task Certificate_OfAnotherContentType_IsRefused() => AssertRefusedAsync("acme.malformed", () => acme.Lies["certificate"] = honest => honest with { Type = "text/html" });

    [Fact]
    public Task Certificate_ThatIsEmpty_IsRefused() => AssertRefusedAsync("file.no-certificate", () => acme.Lies["certificate"] = honest => honest with { Body = "" });

    [Theory]
    [InlineData("directory")]
    [InlineData("order")]
    [InlineData("poll")]
    [InlineData("certificate")]
    public Task Body_WithoutEnd_IsRefused(string step)
        => AssertRefusedAsync("acme.too-large", () => acme.Lies[step] = honest => honest with { Body = honest.Body + new string(' ', 8 * 1024 * 1024) });

    [Theory]
    [InlineData("directory")]
    [InlineData("order")]
    [InlineData("authorization")]
    [InlineData("finalize")]
    [InlineData("certificate")]
    public Task Redirect_Elsewhere_IsNotFollowed(string step) => AssertRefusedAsync(
        "acme.elsewhere", () => acme.Lies[step] = honest => honest with { Status = 307, Headers = new() { ["Location"] = "http://169.254.169.254/latest/meta-data" } });

    /// <summary>Every address the server hands out, pointing into the company's own network or to a file.</summary>
    [Theory]
    [InlineData("directory", "/order")]
    [InlineData("order", "/authorization/")]
    [InlineData("authorization", "/challenge/")]
    [InlineData("poll", "/finalize/")]
    [InlineData("poll", "/certificate/")]
    public async Task Address_OfAnotherOrigin_IsNotAsked(string step, string path)
    {
        foreach (var elsewhere in (string[])["https://127.0.0.1:1", "http://127.0.0.1:9", "file:///etc", acme.Base.Replace("https://", "https://me@", StringComparison.Ordinal)])
        {
            await AssertRefusedAsync("acme.elsewhere", () => acme.Lies[step] = honest => honest with { Body = honest.Body.Replace(acme.Base + path, elsewhere + path, StringComparison.Ordinal) }, truthAfterwards: false);
            acme.Lies.Clear();
        }

        await AssertAcceptedAsync(() => { });
    }

    [Fact]
    public async Task Nonce_BadForEver_EndsAfterAFewTries()
    {
        await AssertRefusedAsync("acme.nonce", () => acme.Lies["order"] = _ => Reply.Problem("badNonce", "no"));
        Assert.InRange(acme.Steps.Count(step => step == "order"), 2, 14);
    }

    [Fact]
    public Task Nonce_ThatIsNone_IsRefused() => AssertRefusedAsync("acme.malformed", () =>
    {
        acme.Lies["order"] = honest => honest with { Nonce = "a nonce\"}" };
        acme.Lies["nonce"] = honest => honest with { Nonce = new string('n', 5000) };
    });

    /// <summary>The order is kept: it may yet come to an end.</summary>
    [Theory]
    [InlineData("poll", "\"status\":\"valid\"", "\"status\":\"processing\"")]
    [InlineData("authorization", "\"status\":\"valid\"", "\"status\":\"pending\"")]
    public async Task Processing_ForEver_EndsWithinTenMinutes(string step, string truth, string lie)
    {
        var begun = time.GetUtcNow();
        await AssertRefusedAsync("acme.endless", () => acme.Lies[step] = honest => honest with { Body = honest.Body.Replace(truth, lie, StringComparison.Ordinal) });
        Assert.InRange((time.GetUtcNow() - begun).TotalMinutes, 9, 12);
    }

    [Fact]
    public async Task RetryAfter_OfAYear_IsNotWaitedFor()
    {
        var begun = time.GetUtcNow();
        await AssertRefusedAsync("acme.endless", () => acme.Lies["poll"] = honest => honest with
        {
            Body = honest.Body.Replace("\"status\":\"valid\"", "\"status\":\"processing\"", StringComparison.Ordinal), Headers = new() { ["Retry-After"] = "31536000" },
        });
        Assert.InRange((time.GetUtcNow() - begun).TotalMinutes, 9, 12);
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("order")]
    [InlineData("authorization")]
    [InlineData("finalize")]
    [InlineData("poll")]
    public async Task Answer_OfAnotherKind_IsRefused(string step)
    {
        foreach (var body in (string[])["", "[]", "null", "\"x\"", "<html>", "{\"status\":7,\"authorizations\":{},\"finalize\":[],\"challenges\":\"x\"}", "{\"status\":\"\\ud800\"}", new string('[', 5000)])
        {
            await AssertRefusedAsync(null, () => acme.Lies[step] = honest => honest with { Body = body }, truthAfterwards: false);
        }

        await AssertRefusedAsync("acme.malformed", () => acme.Lies[step] = honest => honest with { Type = "text/html" });
    }

    [Fact]
    public async Task Challenge_ForANameNotOrdered_IsNotAnswered()
    {
        await AssertRefusedAsync("acme.malformed", () => acme.Lies["authorization"] = honest => honest with { Body = honest.Body.Replace(Host, "bank.example.org", StringComparison.Ordinal) }, truthAfterwards: false);
        Assert.Single(acme.Steps, step => step == "challenge"); // the honest one of the beginning
    }

    [Theory]
    [InlineData("../../etc/passwd12345678")]
    [InlineData("short")]
    [InlineData("with space and more than 22")]
    public Task Challenge_WithATokenThatIsNone_IsNotAnswered(string token)
        => AssertRefusedAsync("acme.malformed", () => acme.Lies["authorization"] = honest => honest with { Body = honest.Body.Replace("0123456789abcdefghijkl", token, StringComparison.Ordinal) });

    [Fact]
    public Task Authorizations_MoreThanNames_AreNotFollowed() => AssertRefusedAsync("acme.malformed", () => acme.Lies["order"] = honest => honest with
    {
        Body = honest.Body.Replace($"[\"{acme.Base}/authorization/", "[" + string.Concat(Enumerable.Range(0, 500).Select(n => $"\"{acme.Base}/authorization/{n}-x\",")) + $"\"{acme.Base}/authorization/", StringComparison.Ordinal),
    });

    [Fact]
    public Task Order_WithEndlessPages_IsReadOnce() => AssertAcceptedAsync(() => acme.Lies["order"] = honest => honest with
    {
        Headers = new(honest.Headers) { ["Link"] = $"<{acme.Base}/order?cursor=1>;rel=\"next\"" },
    });

    /// <summary>Nobody's terminal or log obeys it.</summary>
    [Fact]
    public async Task Problem_WithHostileText_IsShownHarmless()
    {
        const string Hostile = "\u001b[2J\u001b]0;owned\u0007 line\r\nINFO forged \u202etxt.exe\u2066\u200b\0";
        await AssertRefusedAsync("acme.problem", () => acme.Lies["order"] = _ => Reply.Problem("rateLimited", Hostile + new string('x', 5000)), truthAfterwards: false);

        var detail = house.Desk.Show().LastRefusal!.Detail;
        Assert.StartsWith("rateLimited:", detail, StringComparison.Ordinal);
        Assert.InRange(detail.Length, 20, 301);
        foreach (var text in house.Log.Append(detail))
        {
            Assert.DoesNotContain(text, sign => char.IsControl(sign) || sign is '\u202e' or '\u2066' or '\u200b');
        }
    }

    [Fact]
    public Task Problem_OfANameThatIsNotProven_IsToldWhy() => AssertRefusedAsync("acme.invalid", () => acme.Lies["authorization"] = honest => honest with
    {
        Body = honest.Body.Contains("\"valid\"", StringComparison.Ordinal)
            ? JsonSerializer.Serialize(new { status = "invalid", challenges = new[] { new { error = new { type = "urn:ietf:params:acme:error:unauthorized", detail = "wrong answer" } } } })
            : honest.Body,
    });

    [Fact]
    public Task Account_ThatNeedsABinding_IsRefused() => AssertRefusedAsync("acme.binding", () =>
    {
        new CertificateFolder(folder["certificates"]).Account = null;
        acme.Lies["account"] = _ => Reply.Problem("externalAccountRequired", "no");
    });

    [Fact]
    public async Task Account_ThatTheServerForgot_IsMadeAnewWithTheSameKey()
    {
        var key = new CertificateFolder(folder["certificates"]).Account!.Key;
        var forgotten = true;
        await AssertAcceptedAsync(() => acme.Lies["order"] = honest =>
        {
            (var first, forgotten) = (forgotten, false);
            return first ? Reply.Problem("accountDoesNotExist", "who?") : honest;
        });
        Assert.Equal(key, new CertificateFolder(folder["certificates"]).Account!.Key);
    }

    [Fact]
    public async Task Server_ThatHangsUp_IsUnreachable()
    {
        await acme.DisposeAsync();
        await AssertRefusedAsync("acme.unreachable", () => { }, truthAfterwards: false);
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await acme.DisposeAsync();
        folder.Dispose();
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private Func<System.Security.Cryptography.X509Certificates.PublicKey, IReadOnlyList<string>, string> Chain(
        Func<System.Security.Cryptography.X509Certificates.PublicKey, IReadOnlyList<string>, System.Security.Cryptography.X509Certificates.X509Certificate2> leaf)
        => (key, names) => leaf(key, names).ExportCertificatePem() + "\n" + acme.Authority.MiddlePem;

    /// <summary>A renewal under the lie is refused and changes nothing that is served or kept; without the lie it works.</summary>
    private async Task AssertRefusedAsync(string? reason, Action lie, bool truthAfterwards = true)
    {
        var (before, kept, honest) = (house.Served.Now.Fingerprint, File.ReadAllText(folder["certificates/issued.pem"]), acme.Certify);
        lie();

        var refusal = await house.FulfilAsync(house.Desk.Renew());

        Assert.NotNull(refusal);
        Assert.DoesNotContain(house.Log, line => line.Contains("Exception", StringComparison.Ordinal));
        Assert.Equal(reason ?? refusal.Reason, refusal.Reason);
        Assert.Contains(refusal.Reason, CertificateRefusal.Reasons);
        Assert.Equal(before, house.Served.Now.Fingerprint);
        Assert.Equal(kept, File.ReadAllText(folder["certificates/issued.pem"]));
        Assert.Equal(refusal, house.Changes[^1].Refusal);
        Assert.DoesNotContain(house.Log, line => line.Contains("Exception", StringComparison.Ordinal));
        if (truthAfterwards)
        {
            acme.Lies.Clear();
            acme.Certify = honest;
            await AssertAcceptedAsync(() => { });
        }
    }

    private async Task AssertAcceptedAsync(Action lie)
    {
        var before = house.Served.Now.Fingerprint;
        lie();

        Assert.Null(await house.FulfilAsync(house.Desk.Renew()));

        Assert.NotEqual(before, house.Served.Now.Fingerprint);
    }
}
