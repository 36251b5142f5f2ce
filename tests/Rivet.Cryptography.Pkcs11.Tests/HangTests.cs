using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Rivet.Testing;

namespace Rivet.Cryptography.Pkcs11.Tests;

/// <summary>
/// A library that does not return: a few lines of C around SoftHSM, which wait in C_EncryptInit while a file is there. Everything else is SoftHSM's.
/// </summary>
public sealed class HangTests : IDisposable
{
    private const string Shim = """
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <unistd.h>
        typedef unsigned long CK_RV;
        struct list { unsigned char major, minor; void *functions[68]; };
        static struct list ours;
        static CK_RV (*encrypt_init)(unsigned long, void *, unsigned long);
        static CK_RV hanging(unsigned long session, void *mechanism, unsigned long key)
        {
            while (access(HANG, F_OK) == 0) usleep(1000);
            return encrypt_init(session, mechanism, key);
        }
        CK_RV C_GetFunctionList(struct list **out)
        {
            void *real = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW);
            CK_RV (*get)(struct list **) = (CK_RV (*)(struct list **))dlsym(real, "C_GetFunctionList");
            struct list *theirs;
            CK_RV rv = get(&theirs);
            if (rv != 0) return rv;
            ours = *theirs;
            encrypt_init = (CK_RV (*)(unsigned long, void *, unsigned long))ours.functions[29];
            ours.functions[29] = (void *)hanging;
            *out = &ours;
            return 0;
        }
        """;

    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();
    private readonly string hang;

    public HangTests() => hang = folder["hang"];

    public void Dispose()
    {
        File.Delete(hang);
        folder.Dispose();
    }

    [Fact]
    public void Encrypt_ModuleHangs_OthersAreToldAndItIsUsedAgainWhenItReturns()
    {
        using var module = new KeyModule(
            new KeyModuleSettings
            {
                Library = Build(), Token = token.Label, Pin = TokenPin.FromFile(token.WritePin(folder["pin"])), CallBudget = TimeSpan.FromMilliseconds(500), MaxSessions = 3,
            },
            new FakeTimeProvider());
        SpinUntil(() => module.Check().IsReady);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, []).Value;

        File.WriteAllText(hang, "");
        var refused = new System.Collections.Concurrent.ConcurrentBag<ModuleRefusal>();
        var crowd = Enumerable.Range(0, 20).Select(_ => new Thread(() => refused.Add(module.Encrypt(key, [1], []).Refusal))).ToList();
        crowd.ForEach(thread => thread.Start());
        crowd.ForEach(thread => thread.Join());
        Assert.Equal(20, refused.Count);
        Assert.All(refused, refusal => Assert.Equal(ModuleRefusal.Unavailable, refusal));
        Assert.InRange(module.StuckCalls, 1, 3);
        Assert.Equal(ModuleFault.Hanging, module.State.Fault);

        // Also what would not hang: the module is taken for lost, and no thread is risked.
        Assert.Equal(ModuleRefusal.Unavailable, module.Decrypt(key, sealedBytes, []).Refusal);
        Assert.InRange(module.StuckCalls, 1, 3);

        File.Delete(hang);
        SpinUntil(() => module.StuckCalls == 0);
        Assert.Equal("secret"u8, module.Decrypt(key, sealedBytes, []).Value);
        Assert.True(module.Encrypt(key, [1], []).IsOk);
        Assert.True(module.State.IsReady);
    }

    [Fact]
    public void Dispose_WhileACallHangs_Returns()
    {
        var module = new KeyModule(
            new KeyModuleSettings { Library = Build(), Token = token.Label, Pin = TokenPin.FromFile(token.WritePin(folder["pin"])), CallBudget = TimeSpan.FromMilliseconds(500) },
            new FakeTimeProvider());
        SpinUntil(() => module.Check().IsReady);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        File.WriteAllText(hang, "");
        Assert.Equal(ModuleRefusal.Unavailable, module.Encrypt(key, [1], []).Refusal);
        module.Dispose();
        Assert.Equal(ModuleRefusal.Unavailable, module.Encrypt(key, [1], []).Refusal);
        File.Delete(hang);
        SpinUntil(() => module.StuckCalls == 0);
    }

    /// <summary>The limit of the project ends what never comes; a slow machine may need more than one budget to begin.</summary>
    private static void SpinUntil(Func<bool> isSo)
    {
        while (!isSo())
        {
            Thread.Yield();
        }
    }

    private string Build()
    {
        File.WriteAllText(folder["shim.c"], Shim);
        using var compiler = Process.Start(Programs.Require("gcc"), ["-shared", "-fPIC", "-o", folder["shim.so"], $"-DHANG=\"{hang}\"", folder["shim.c"], "-ldl"]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return folder["shim.so"];
    }
}
