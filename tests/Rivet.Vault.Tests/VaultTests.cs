using System.Text;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

public sealed class VaultTests : IAsyncLifetime
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly CompanyId Other = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", new KeyPeriod(24_315));
    private readonly TempFolder folder = new();
    private VaultHost host = null!;

    public async ValueTask InitializeAsync() => host = await VaultHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(70_000)]
    public async Task Seal_AnyLength_OpensAgain(int length)
    {
        var text = new string('x', length);
        var ciphertext = await host.SealAsync(Scope, text);
        Assert.Equal(length + SealedHeader.Overhead, ciphertext.Length);
        Assert.Equal(text, await host.OpenTextAsync(Scope, ciphertext));
    }

    [Fact]
    public async Task Seal_KeyInMemory_CompletesSynchronously()
    {
        var ciphertext = await host.SealAsync(Scope, "warm");
        Assert.True(host.Vault.SealAsync(Scope, new[] { new Plaintext("a"u8.ToArray(), default) }, Ct).IsCompletedSuccessfully);
        Assert.True(host.Vault.OpenAsync(Company, "messaging", new[] { new Ciphertext(ciphertext, "context"u8.ToArray()) }, Ct).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Seal_SameTwice_GivesDifferentBytes()
        => Assert.NotEqual(await host.SealAsync(Scope, "same"), await host.SealAsync(Scope, "same"));

    [Fact]
    public async Task Seal_Batch_KeepsTheOrder()
    {
        var items = Enumerable.Range(0, 50).Select(number => new Plaintext(new[] { (byte)number }, new[] { (byte)number })).ToArray();
        var sealedItems = (await host.Vault.SealAsync(Scope, items, Ct)).Value;
        var opened = await host.Vault.OpenAsync(
            Company, "messaging", sealedItems.Select((bytes, number) => new Ciphertext(bytes, new[] { (byte)number })).ToArray(), Ct);
        Assert.Equal(Enumerable.Range(0, 50).Select(number => (byte)number), opened.Select(result => result.Value[0]));
        Assert.Empty((await host.Vault.SealAsync(Scope, default, Ct)).Value);
    }

    [Fact]
    public async Task Open_AnyByteFlipped_IsRefused()
    {
        var ciphertext = await host.SealAsync(Scope, "nobody changes this");
        for (var position = 0; position < ciphertext.Length; position++)
        {
            var changed = ciphertext.ToArray();
            changed[position] ^= 1;
            var opened = await host.OpenAsync(Company, "messaging", changed);
            Assert.Equal(VaultRefusal.Forged, opened.Refusal);
        }
    }

    [Fact]
    public async Task Open_AnyLengthCut_IsRefused()
    {
        var ciphertext = await host.SealAsync(Scope, "short");
        for (var length = 0; length < ciphertext.Length; length++)
        {
            Assert.Equal(VaultRefusal.Forged, (await host.OpenAsync(Company, "messaging", ciphertext[..length])).Refusal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("contex")]
    [InlineData("context ")]
    public async Task Open_OtherContext_IsForged(string context)
        => Assert.Equal(VaultRefusal.Forged, (await host.OpenAsync(Company, "messaging", await host.SealAsync(Scope, "text"), context)).Refusal);

    [Fact]
    public async Task Open_ContextBorrowedFromTheApplication_IsForged()
    {
        // "ab" + "c" must not be "a" + "bc".
        var ciphertext = await host.SealAsync(Scope with { Application = "ab" }, "text", "c");
        await host.SealAsync(Scope with { Application = "a" }, "text", "bc");
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Company, "a", ciphertext, "bc")).Refusal);
    }

    [Fact]
    public async Task Open_OtherCompanyOrApplication_IsWrongScope()
    {
        var ciphertext = await host.SealAsync(Scope, "text");
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Other, "messaging", ciphertext)).Refusal);
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Company, "identity", ciphertext)).Refusal);
        host.Ring.Forget(_ => true);
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Other, "messaging", ciphertext)).Refusal);
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Company, "identity", ciphertext)).Refusal);
    }

    [Fact]
    public async Task Open_UnknownKey_IsForged()
    {
        using var stranger = new AesGcmKey(new(Guid.NewGuid(), 1), new byte[32]);
        Assert.Equal(VaultRefusal.Forged, (await host.OpenAsync(Company, "messaging", stranger.Seal("x"u8, default))).Refusal);
    }

    [Fact]
    public async Task Open_Batch_EachItemByItself()
    {
        var good = await host.SealAsync(Scope, "good");
        var opened = await host.Vault.OpenAsync(
            Company,
            "messaging",
            new[] { new Ciphertext("junk"u8.ToArray(), default), new Ciphertext(good, "context"u8.ToArray()), new Ciphertext(good, default) },
            Ct);
        Assert.Equal(VaultRefusal.Forged, opened[0].Refusal);
        Assert.Equal("good", Encoding.UTF8.GetString(opened[1].Value));
        Assert.Equal(VaultRefusal.Forged, opened[2].Refusal);
    }

    [Fact]
    public async Task Scopes_EveryDifference_HasItsOwnKey()
    {
        KeyScope[] scopes =
        [
            Scope, Scope with { Company = Other }, Scope with { Application = "files" }, Scope with { Period = new(24_316) },
            Scope with { Holder = KeyHolder.Of(new PersonId(Guid.CreateVersion7())) },
            Scope with { Holder = KeyHolder.Of(new ConversationId(Guid.CreateVersion7())) },
        ];
        var ids = new HashSet<Guid>();
        foreach (var scope in scopes)
        {
            Assert.True(SealedHeader.TryRead(await host.SealAsync(scope, "x"), out var header));
            Assert.True(ids.Add(header.KeyId));
        }
    }

    [Fact]
    public async Task Restart_SameRoot_OpensAndGoesOnWithTheSameKey()
    {
        var before = await host.SealAsync(Scope, "before");
        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder);
        Assert.Equal("before", await host.OpenTextAsync(Scope, before));
        SealedHeader.TryRead(before, out var first);
        SealedHeader.TryRead(await host.SealAsync(Scope, "after"), out var second);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Row_MovedToAnotherCompany_DoesNotUnwrap()
    {
        var ciphertext = await host.SealAsync(Scope, "ours");
        await host.DisposeAsync();
        VaultHost.EditFile(folder, $"UPDATE vault_key SET company = x'{Convert.ToHexString(Other.ToBytes())}'");
        host = await VaultHost.StartAsync(folder);
        Assert.Equal(VaultRefusal.Unavailable, (await host.OpenAsync(Other, "messaging", ciphertext)).Refusal);
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Company, "messaging", ciphertext)).Refusal);
    }

    [Fact]
    public async Task Memory_ManyKeys_StaysBoundedAndStillOpens()
    {
        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder, options => options.CachedKeys = 8);
        var all = new List<(KeyScope Scope, byte[] Bytes)>();
        for (var month = 1; month <= 40; month++)
        {
            var scope = Scope with { Period = new(month) };
            all.Add((scope, await host.SealAsync(scope, "x")));
            Assert.InRange(host.Ring.Count, 1, 8);
        }

        foreach (var (scope, bytes) in all)
        {
            Assert.Equal("x", await host.OpenTextAsync(scope, bytes));
        }
    }

    [Fact]
    public async Task Memory_TimePassed_KeysAreZeroed()
    {
        var ciphertext = await host.SealAsync(Scope, "x");
        SealedHeader.TryRead(ciphertext, out var header);
        var key = host.Ring.Hold(header)!;
        key.Dispose();
        host.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, host.Ring.Count);
        Assert.True(key.IsGone);
        Assert.Equal("x", await host.OpenTextAsync(Scope, ciphertext));
    }

    [Fact]
    public async Task Memory_EvictedWhileHeld_IsZeroedByTheLastHolder()
    {
        SealedHeader.TryRead(await host.SealAsync(Scope, "x"), out var header);
        var key = host.Ring.Hold(header)!;
        host.Ring.Forget(_ => true);
        Assert.False(key.IsGone);
        Assert.NotEmpty(key.Seal(new("still"u8.ToArray(), default)));
        key.Dispose();
        Assert.True(key.IsGone);
        Assert.False(key.TryHold());
    }

    [Fact]
    public async Task Epoch_BoundReached_ANewOneBeginsAndTheOldStillOpens()
    {
        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder, options =>
        {
            options.SealsPerBlock = 4;
            options.SealsPerEpoch = 10;
        });
        var all = new List<byte[]>();
        for (var number = 0; number < 30; number++)
        {
            all.Add(await host.SealAsync(Scope, $"text {number}"));
        }

        var uses = all.Select(bytes => { SealedHeader.TryRead(bytes, out var header); return header; }).GroupBy(header => header).ToArray();
        Assert.All(uses, epoch => Assert.InRange(epoch.Count(), 1, 10));
        Assert.Single(uses.Select(epoch => epoch.Key.KeyId).Distinct());
        Assert.Equal(Enumerable.Range(1, uses.Length).Select(epoch => (uint)epoch), uses.Select(epoch => epoch.Key.Epoch).Order());
        for (var number = 0; number < 30; number++)
        {
            Assert.Equal($"text {number}", await host.OpenTextAsync(Scope, all[number]));
        }
    }

    [Fact]
    public async Task Epoch_CrashesBetween_NeverSealMoreThanReserved()
    {
        var uses = new Dictionary<SealedHeader, int>();
        for (var start = 0; start < 6; start++)
        {
            await host.DisposeAsync();
            host = await VaultHost.StartAsync(folder, options =>
            {
                options.SealsPerBlock = 4;
                options.SealsPerEpoch = 8;
            });
            for (var number = 0; number < 3; number++)
            {
                SealedHeader.TryRead(await host.SealAsync(Scope, "x"), out var header);
                uses[header] = uses.GetValueOrDefault(header) + 1;
            }
        }

        // Each start lost one seal of its block: two starts fill an epoch although only six seals were made.
        Assert.Equal(3, uses.Count);
        Assert.All(uses.Values, count => Assert.Equal(6, count));
    }

    [Fact]
    public async Task Store_Closed_AnswersUnavailable()
    {
        var ciphertext = await host.SealAsync(Scope, "x");
        ((IDisposable)host.Store).Dispose();
        Assert.Equal("x", await host.OpenTextAsync(Scope, ciphertext));
        host.Ring.Forget(_ => true);
        Assert.Equal(VaultRefusal.Unavailable, (await host.OpenAsync(Company, "messaging", ciphertext)).Refusal);
        Assert.Equal(VaultRefusal.Unavailable, (await host.Vault.SealAsync(Scope, new[] { default(Plaintext) }, Ct)).Refusal);
        Assert.Equal(VaultRefusal.Unavailable, (await host.Vault.DestroyAsync(Scope, Ct)).Refusal);
        Assert.Equal(VaultRefusal.Unavailable, (await host.Vault.SignAsync(new(Company, "x"), new[] { ReadOnlyMemory<byte>.Empty }, Ct)).Refusal);
    }

    [Fact]
    public async Task Application_WithoutOrWithTooLongAName_IsABug()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => host.SealAsync(Scope with { Application = "" }, "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.SealAsync(Scope with { Application = new string('a', 65) }, "x"));
    }
}
