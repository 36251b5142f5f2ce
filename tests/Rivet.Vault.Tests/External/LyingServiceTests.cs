using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rivet.Cryptography.SigV4;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Vault.External;

namespace Rivet.Vault.Tests.External;

/// <summary>A key service that is slow, gone or lies: always a value, never an exception, never a wrong key.</summary>
public sealed class LyingServiceTests : IAsyncLifetime
{
    private static readonly byte[] Context = "a key of a company"u8.ToArray();
    private readonly byte[] key = RandomNumberGenerator.GetBytes(XksClient.KeySize);
    private readonly SigV4Credential credential = new("AKIDEXAMPLE", "a secret");
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private LyingService service = null!;
    private XksClient client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        service = await LyingService.StartAsync(Ct);
        client = new XksClient(Endpoint(), credential, time, new Chance());
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        credential.Dispose();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Unwrap_WhatWrapGave_IsTheKey()
    {
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        Assert.Equal(key, (await client.UnwrapAsync(wrapped, Context, Ct)).Value);
        Assert.True((await client.CheckAsync(Ct)).IsOk);
        Assert.True(wrapped.AsSpan().IndexOf(key) < 0);
    }

    [Theory]
    [InlineData("ciphertextDataIntegrityValue", "AAAA")]
    [InlineData("ciphertextMetadata", "AAAA")]
    [InlineData("authenticationTag", "AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("initializationVector", "AAAAAAAAAAAAAAAA")]
    public async Task Wrap_IntegrityValueOfSomethingElse_IsALie(string field, string value) => await WrapAsync(XksRefusal.Lying, field, value);

    [Theory]
    [InlineData("ciphertextDataIntegrityValue", null)]
    [InlineData("ciphertext", null)]
    [InlineData("ciphertext", "AAAA")]
    [InlineData("ciphertext", "%")]
    [InlineData("authenticationTag", "AAAA")]
    [InlineData("initializationVector", "AAAA")]
    [InlineData("ciphertextMetadata", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Wrap_FieldMissingOrOfAnotherLength_IsMalformed(string field, string? value) => await WrapAsync(XksRefusal.Malformed, field, value);

    [Fact]
    public async Task Wrap_KeyHandedBackInClear_IsALie()
    {
        service.Answer = context => service.TellAsync(context, answer =>
        {
            // With an integrity value that fits, and no encryption.
            var (iv, tag) = (Convert.FromBase64String(answer["initializationVector"]!.GetValue<string>()), Convert.FromBase64String(answer["authenticationTag"]!.GetValue<string>()));
            var check = WrappedKey.CheckOf(key, Context);
            answer["ciphertext"] = Convert.ToBase64String(key);
            answer["ciphertextDataIntegrityValue"] = Convert.ToBase64String(SHA256.HashData([.. WrappedKey.Binding(Endpoint().Company, "k", check, Context), .. iv, .. key, .. tag]));
        });
        Assert.Equal(XksRefusal.Lying, (await client.WrapAsync(key, Context, Ct)).Refusal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(31)]
    [InlineData(0)]
    public async Task Unwrap_AnotherKeyOrLength_IsALie(int length)
    {
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        service.Answer = context => service.TellAsync(context, answer => answer["plaintext"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(length)));
        Assert.Equal(XksRefusal.Lying, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
    }

    [Theory]
    [InlineData(400, "InvalidStateException", XksRefusal.Disabled, XksMeaning.Refused)]
    [InlineData(400, "InvalidKeyUsageException", XksRefusal.Denied, XksMeaning.Refused)]
    [InlineData(403, "AccessDeniedException", XksRefusal.Denied, XksMeaning.Refused)]
    [InlineData(404, "KeyNotFoundException", XksRefusal.NotFound, XksMeaning.Refused)]
    [InlineData(401, "AuthenticationFailedException", XksRefusal.NotBelieved, XksMeaning.Refused)]
    [InlineData(400, "InvalidCiphertextException", XksRefusal.Forged, XksMeaning.Forged)]
    [InlineData(429, "ThrottlingException", XksRefusal.Failing, XksMeaning.Unavailable)]
    [InlineData(500, "InternalException", XksRefusal.Failing, XksMeaning.Unavailable)]
    [InlineData(503, "DependencyTimeoutException", XksRefusal.Failing, XksMeaning.Unavailable)]
    [InlineData(404, "InvalidUriPathException", XksRefusal.Malformed, XksMeaning.Unavailable)]
    [InlineData(500, "InvalidStateException", XksRefusal.Malformed, XksMeaning.Unavailable)]
    [InlineData(404, "AccessDeniedException", XksRefusal.Malformed, XksMeaning.Unavailable)]
    [InlineData(400, "SomethingException", XksRefusal.Malformed, XksMeaning.Unavailable)]
    internal async Task Error_ByStatusAndName_MeansWhatTheSpecificationSays(int status, string name, XksRefusal refusal, XksMeaning meaning)
    {
        service.Answer = context => LyingService.SayAsync(context, status, $$"""{"errorName":"{{name}}","errorMessage":"why"}""");
        Assert.Equal((refusal, meaning), (await client.CheckAsync(Ct) is { IsOk: false } said ? said.Refusal : default, refusal.Meaning()));
    }

    [Theory]
    [InlineData(200, "<html>", "text/html")]
    [InlineData(200, "{}", "text/plain")]
    [InlineData(200, "", "application/json")]
    [InlineData(200, "[1]", "application/json")]
    [InlineData(200, "{\"plaintext\":", "application/json")]
    [InlineData(200, "{\"plaintext\":7}", "application/json")]
    [InlineData(204, "", "application/json")]
    [InlineData(400, "[]", "application/json")]
    [InlineData(500, "oops", "application/json")]
    public async Task Answer_ThatIsNone_IsMalformed(int status, string body, string type)
    {
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        service.Answer = context => status == 204 ? Task.FromResult(context.Response.StatusCode = 204) : LyingService.SayAsync(context, status, body, type);
        Assert.Equal(XksRefusal.Malformed, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
    }

    [Fact]
    public async Task Answer_WithoutEnd_IsCutOff()
    {
        service.Answer = async context =>
        {
            context.Response.ContentType = "application/json";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string(' ', 4096), context.RequestAborted);
            }
        };
        Assert.Equal(XksRefusal.Malformed, (await client.WrapAsync(key, Context, Ct)).Refusal);
    }

    [Fact]
    public async Task Answer_BrokenOff_IsUnreachable()
    {
        service.Answer = async context =>
        {
            (context.Response.ContentType, context.Response.ContentLength) = ("application/json", 1000);
            await context.Response.WriteAsync("{\"plaintext\":\"");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        Assert.Equal(XksRefusal.Unreachable, (await client.WrapAsync(key, Context, Ct)).Refusal);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        await using var other = await LyingService.StartAsync(Ct);
        service.Answer = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, $"{other.Address}/keys/k/encrypt");
            return Task.CompletedTask;
        };
        Assert.Equal(XksRefusal.Redirects, (await client.WrapAsync(key, Context, Ct)).Refusal);
        Assert.Equal(0, other.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_AfterTheBudget_IsTooSlow(bool begins)
    {
        var asked = new TaskCompletionSource();
        service.Answer = async context =>
        {
            if (begins)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
            }

            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var hanging = client.WrapAsync(key, Context, Ct).AsTask();
        await asked.Task;
        Assert.False(hanging.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(hanging.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(XksRefusal.TooSlow, (await hanging).Refusal);
    }

    [Fact]
    public async Task Caller_WhoGivesUp_GetsItsCancellationAndCountsForNothing()
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        service.Answer = async context =>
        {
            await gone.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.WrapAsync(key, Context, gone.Token));
        Assert.False(client.Circuit.IsOpen);
    }

    [Fact]
    public async Task Certificate_OfSomebodyElse_IsUntrusted()
    {
        await using var other = await LyingService.StartAsync(Ct);
        foreach (var pem in (string?[])[other.Pem, null])
        {
            using var careful = new XksClient(Endpoint(pem), credential, time, new Chance());
            Assert.Equal(XksRefusal.Untrusted, (await careful.WrapAsync(key, Context, Ct)).Refusal);
        }

        Assert.Equal(0, service.Requests);
    }

    [Fact]
    public async Task Address_OfThisMachine_IsRefusedUnlessAllowed()
    {
        using var careful = new XksClient(Endpoint() with { AllowLoopback = false }, credential, time, new Chance());
        Assert.Equal(XksRefusal.Unreachable, (await careful.WrapAsync(key, Context, Ct)).Refusal);
        Assert.Equal(0, service.Requests);
        Assert.False(XksHttp.MayConnect(System.Net.IPAddress.Parse("169.254.169.254"), allowLoopback: true));
        Assert.True(XksHttp.MayConnect(System.Net.IPAddress.Parse("10.1.2.3"), allowLoopback: false));
    }

    [Fact]
    public async Task Service_FailingAgainAndAgain_IsLeftAloneAndTriedByOne()
    {
        service.Answer = context => LyingService.SayAsync(context, 500, """{"errorName":"InternalException"}""");
        for (var failure = 0; failure < 5; failure++)
        {
            Assert.Equal(XksRefusal.Failing, (await client.WrapAsync(key, Context, Ct)).Refusal);
        }

        Assert.Equal(XksRefusal.Resting, (await client.WrapAsync(key, Context, Ct)).Refusal);
        Assert.Equal(5, service.Requests);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(XksRefusal.Failing, (await client.WrapAsync(key, Context, Ct)).Refusal);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(XksRefusal.Resting, (await client.WrapAsync(key, Context, Ct)).Refusal);
        Assert.Equal(6, service.Requests);

        service.Answer = context => service.TellAsync(context, _ => { });
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await client.WrapAsync(key, Context, Ct)).IsOk);
        Assert.True((await client.WrapAsync(key, Context, Ct)).IsOk);
    }

    [Fact]
    public async Task Customer_RefusingAgainAndAgain_IsAskedEveryTime()
    {
        service.Answer = context => LyingService.SayAsync(context, 400, """{"errorName":"InvalidStateException"}""");
        for (var asked = 1; asked <= 8; asked++)
        {
            Assert.Equal(XksRefusal.Disabled, (await client.WrapAsync(key, Context, Ct)).Refusal);
            Assert.Equal(asked, service.Requests);
        }
    }

    [Theory]
    [InlineData("keySpec", "AES_128", XksRefusal.Denied)]
    [InlineData("keyStatus", "DISABLED", XksRefusal.Disabled)]
    [InlineData("keyStatus", "MAYBE", XksRefusal.Malformed)]
    [InlineData("keyUsage", "x", XksRefusal.Malformed)]
    [InlineData("keySpec", null, XksRefusal.Malformed)]
    internal async Task Check_KeyThatIsNoGood_IsRefused(string field, string? value, XksRefusal refusal)
    {
        service.Answer = context => service.TellAsync(context, answer =>
        {
            answer.Remove(field);
            if (value is not null)
            {
                answer[field] = value;
            }
        });
        Assert.Equal(refusal, (await client.CheckAsync(Ct)).Refusal);
    }

    private async Task WrapAsync(XksRefusal refusal, string field, string? value)
    {
        service.Answer = context => service.TellAsync(context, answer =>
        {
            answer.Remove(field);
            if (value is not null)
            {
                answer[field] = value;
            }
        });
        Assert.Equal(refusal, (await client.WrapAsync(key, Context, Ct)).Refusal);
    }

    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);

    private XksEndpoint Endpoint() => Endpoint(service.Pem);

    private XksEndpoint Endpoint(string? pem)
        => XksEndpoint.TryCreate(Company, service.Address, "k", "rivet", pem, out var endpoint) ? endpoint with { AllowLoopback = true } : throw new InvalidOperationException();
}
