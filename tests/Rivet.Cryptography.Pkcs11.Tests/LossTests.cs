using Microsoft.Extensions.Time.Testing;
using Rivet.Testing;

namespace Rivet.Cryptography.Pkcs11.Tests;

/// <summary>Tokens that go and come back, sessions that end, PINs that are wrong.</summary>
public sealed class LossTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly SoftToken token = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Encrypt_TokenRemovedAndBack_IsUnavailableThenWorksAgain()
    {
        using var module = Open();
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, []).Value;

        token.Remove();
        Assert.Equal(ModuleRefusal.Unavailable, module.Decrypt(key, sealedBytes, []).Refusal);
        Assert.Equal(ModuleRefusal.Unavailable, module.Encrypt(key, "more"u8, []).Refusal);
        Assert.Equal(ModuleRefusal.Unavailable, module.MakeKey("another", [2], ModuleKeyUse.Encrypt).Refusal);
        Assert.False(module.State.IsReady);
        Assert.Contains(token.Label, module.State.Reason, StringComparison.Ordinal);

        token.PutBack();
        Assert.Equal(ModuleRefusal.Unavailable, module.Decrypt(key, sealedBytes, []).Refusal);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("secret"u8, module.Decrypt(key, sealedBytes, []).Value);
        Assert.True(module.State.IsReady);
    }

    [Fact]
    public void Check_TokenRemovedAndBack_SaysSo()
    {
        using var module = Open();
        Assert.Equal(ModuleFault.NotOpened, module.State.Fault);
        Assert.True(module.Check().IsReady);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        token.Remove();
        Assert.Equal(ModuleFault.TokenMissing, module.Check(key).Fault);
        token.PutBack();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(module.Check(key).IsReady);
    }

    [Fact]
    public void Decrypt_SessionsClosedUnderIt_SignsInAnew()
    {
        using var module = Open();
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, []).Value;
        module.Current!.Slot.CloseAllSessions();
        Assert.Equal("secret"u8, module.Decrypt(key, sealedBytes, []).Value);
    }

    [Fact]
    public void Decrypt_SignedOutUnderIt_SignsInAnew()
    {
        using var module = Open();
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, []).Value;
        module.Current!.Anchor.Logout();
        Assert.Equal("secret"u8, module.Decrypt(key, sealedBytes, []).Value);
    }

    [Fact]
    public void Open_LibraryBegunAnewByAnother_BothGoOn()
    {
        using var first = Open();
        var key = first.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = first.Encrypt(key, "secret"u8, []).Value;

        // A token made since is seen only when the library begins anew, which ends the first one's sessions.
        var later = new SoftToken();
        using var second = new KeyModule(Settings(later, later.WritePin(folder["later"])), time);
        Assert.True(second.Check().IsReady);
        Assert.Equal("secret"u8, first.Decrypt(key, sealedBytes, []).Value);
        Assert.True(second.Check().IsReady);
    }

    [Fact]
    public void Encrypt_TwoServersOnOneToken_DoNotDisturbEachOther()
    {
        var first = Open();
        using var second = Open();
        var mine = first.MakeKey("mine", [1], ModuleKeyUse.Encrypt).Value;
        var theirs = second.MakeKey("theirs", [2], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = second.Encrypt(theirs, "secret"u8, []).Value;
        Parallel.For(0, 200, index => Assert.True((index % 2 == 0 ? first.Encrypt(mine, [1], []) : second.Encrypt(theirs, [1], [])).IsOk));
        first.Dispose();
        Assert.Equal(ModuleRefusal.Unavailable, first.Encrypt(mine, [1], []).Refusal);
        Assert.Equal("secret"u8, second.Decrypt(theirs, sealedBytes, []).Value);
    }

    [Fact]
    public void Check_WrongPin_IsOfferedOnceAndTheRightOneIsTakenWithoutRestart()
    {
        var file = token.WritePin(folder["pin"], "wrong-pin");
        using var module = new KeyModule(Settings(token, file), time);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            Assert.Equal(ModuleFault.PinRefused, module.Check().Fault);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Contains(file, module.State.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-pin", module.State.Reason, StringComparison.Ordinal);
        token.WritePin(file);
        Assert.True(module.Check().IsReady);
        Assert.Equal(2, module.OfferedPins);
    }

    [Fact]
    public void Check_PinFileOpenToOthers_IsNotRead()
    {
        var file = token.WritePin(folder["pin"]);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.GroupRead);
        using var module = new KeyModule(Settings(token, file), time);
        Assert.Equal(ModuleFault.PinMissing, module.Check().Fault);
        Assert.Contains("chmod 600", module.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NoPinNoTokenNoLibrary_EachSaysWhat()
    {
        var pin = token.WritePin(folder["pin"]);
        Assert.Equal(ModuleFault.PinMissing, Fault(Settings(token, folder["nowhere"])));
        Assert.Equal(ModuleFault.PinMissing, Fault(Settings(token, pin) with { Pin = TokenPin.FromEnvironment("RIVET_TEST_NO_SUCH_PIN") }));
        Assert.Equal(ModuleFault.TokenMissing, Fault(Settings(token, pin) with { Token = "no such token" }));
        Assert.Equal(ModuleFault.LibraryUnusable, Fault(Settings(token, pin) with { Library = folder["no.so"] }));
        Assert.Equal(ModuleFault.LibraryUnusable, Fault(Settings(token, pin) with { Library = pin }));
    }

    private ModuleFault Fault(KeyModuleSettings settings)
    {
        using var module = new KeyModule(settings, time);
        Assert.NotEmpty(module.Check().Reason);
        return module.State.Fault;
    }

    private KeyModule Open() => new(Settings(token, token.WritePin(folder["pin"])), time);

    private static KeyModuleSettings Settings(SoftToken token, string pinFile)
        => new() { Library = SoftToken.Library, Token = token.Label, Pin = TokenPin.FromFile(pinFile) };
}
