using System.Security.Cryptography;
using Rivet.Cryptography.SigV4;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Vault.External;

namespace Rivet.Vault.Tests.External;

/// <summary>The client with the real key server, a process of its own over SoftHSM.</summary>
public sealed class KeyServerTests : IAsyncLifetime
{
    /// <summary>A busy machine that runs tests is no measure of the budget.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly byte[] Context = "a key of a company"u8.ToArray();
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private readonly TempFolder temp = new();
    private readonly SoftToken token = new();
    private readonly KeyServerProcess server;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(XksClient.KeySize);

    public KeyServerTests() => server = new KeyServerProcess(temp, token);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.InitAsync(Ct);
        await server.DoAsync(Ct, "key", "add", "company");
        await server.StartAsync(Ct);
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Unwrap_WhatWrapGave_IsTheKeyAndOnlyInItsPlace()
    {
        using var credential = Credential();
        using var client = Client(credential);
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        Assert.Equal(key, (await client.UnwrapAsync(wrapped, Context, Ct)).Value);
        Assert.True((await client.CheckAsync(Ct)).IsOk);
        Assert.Equal(XksRefusal.Forged, (await client.UnwrapAsync(wrapped, "another context"u8.ToArray(), Ct)).Refusal);
        for (var at = 0; at < wrapped.Length; at++)
        {
            var changed = (byte[])wrapped.Clone();
            changed[at] ^= 1;
            Assert.Equal(XksMeaning.Forged, (await client.UnwrapAsync(changed, Context, Ct)).Refusal.Meaning());
            Assert.Equal(XksRefusal.Forged, (await client.UnwrapAsync(wrapped.AsMemory(0, at), Context, Ct)).Refusal);
        }

        Assert.False(client.Circuit.IsOpen);
        await server.DoAsync(Ct, "key", "add", "second");
        using var second = Client(credential, "second");
        Assert.Equal(XksRefusal.OtherKey, (await second.UnwrapAsync(wrapped, Context, Ct)).Refusal);
        using var elsewhere = Client(credential, company: EntityId.New<CompanyId>(TimeProvider.System));
        Assert.Equal(XksRefusal.Forged, (await elsewhere.UnwrapAsync(wrapped, Context, Ct)).Refusal);
    }

    [Fact]
    public async Task Switch_ThrownAndPutBack_HoldsFromTheNextCallOn()
    {
        using var credential = Credential();
        using var client = Client(credential);
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        await server.DoAsync(Ct, "kill", "company");
        Assert.Equal(XksRefusal.Disabled, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
        Assert.Equal(XksRefusal.Disabled, (await client.WrapAsync(key, Context, Ct)).Refusal);
        Assert.Equal(XksRefusal.Disabled, (await client.CheckAsync(Ct)).Refusal);
        await server.DoAsync(Ct, "restore", "company");
        Assert.Equal(key, (await client.UnwrapAsync(wrapped, Context, Ct)).Value);
    }

    [Fact]
    public async Task Customer_WhoTakesKeyOrCredentialAway_IsUnderstood()
    {
        using var credential = Credential();
        using var client = Client(credential);
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        await server.DoAsync(Ct, "key", "disable", "company");
        Assert.Equal((XksRefusal.Disabled, XksRefusal.Disabled), ((await client.UnwrapAsync(wrapped, Context, Ct)).Refusal, (await client.CheckAsync(Ct)).Refusal));
        await server.DoAsync(Ct, "key", "enable", "company");
        Assert.Equal(key, (await client.UnwrapAsync(wrapped, Context, Ct)).Value);
        await server.DoAsync(Ct, "key", "destroy", "company");
        Assert.Equal(XksRefusal.NotFound, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
        await server.DoAsync(Ct, "credential", "remove", server.AccessKey);
        Assert.Equal(XksRefusal.NotBelieved, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
        using var wrongRegion = Client(credential, region: "elsewhere");
        Assert.Equal(XksRefusal.NotBelieved, (await wrongRegion.UnwrapAsync(wrapped, Context, Ct)).Refusal);
    }

    [Fact]
    public async Task Server_KilledAndBack_ServesAgain()
    {
        using var credential = Credential();
        byte[] wrapped;
        using (var client = Client(credential))
        {
            wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
            server.Kill();
            Assert.Equal(XksMeaning.Unavailable, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal.Meaning());
        }

        await server.StartAsync(Ct);
        using var next = Client(credential);
        Assert.Equal(key, (await next.UnwrapAsync(wrapped, Context, Ct)).Value);
    }

    [Fact]
    public async Task Module_GoneAndBack_IsUnavailableUntilThen()
    {
        using var credential = Credential();
        using var client = Client(credential);
        var wrapped = (await client.WrapAsync(key, Context, Ct)).Value;
        token.Remove();
        Assert.Equal(XksRefusal.Failing, (await client.UnwrapAsync(wrapped, Context, Ct)).Refusal);
        token.PutBack();
        while (!(await client.UnwrapAsync(wrapped, Context, Ct)).IsOk)
        {
            await Task.Delay(20, Ct);
        }
    }

    [Theory]
    [InlineData("http://keys.example.com/kms/xks/v1", "k", "rivet")]
    [InlineData("https://keys.example.com/kms/xks/v2", "k", "rivet")]
    [InlineData("https://keys.example.com/a b/kms/xks/v1", "k", "rivet")]
    [InlineData("https://who@keys.example.com/kms/xks/v1", "k", "rivet")]
    [InlineData("https://keys.example.com/kms/xks/v1?x", "k", "rivet")]
    [InlineData("https://keys.example.com/kms/xks/v1", "../k", "rivet")]
    [InlineData("https://keys.example.com/kms/xks/v1", "", "rivet")]
    [InlineData("https://keys.example.com/kms/xks/v1", "k", "a/b")]
    public void Endpoint_ThatIsNone_IsNotRead(string address, string keyId, string region)
    {
        Assert.False(XksEndpoint.TryCreate(Company, address, keyId, region, null, out _));
        Assert.True(XksEndpoint.TryCreate(Company, "https://keys.example.com:8445/a/kms/xks/v1", "k.1_2-3", "eu-central-1", null, out _));
        Assert.False(XksEndpoint.TryCreate(Company, "https://keys.example.com/kms/xks/v1", "k", "rivet", "no certificate", out _));
    }

    private SigV4Credential Credential() => new(server.AccessKey, server.Secret);

    private XksClient Client(SigV4Credential credential, string keyId = "company", string region = KeyServerProcess.Region, CompanyId? company = null)
        => XksEndpoint.TryCreate(company ?? Company, server.Address, keyId, region, server.Certificate, out var endpoint)
            ? new XksClient(endpoint with { AllowLoopback = true, Budget = Patience }, credential, TimeProvider.System, new Chance())
            : throw new InvalidOperationException(server.Address);
}
