using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NSec.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Bench.Vault;

/// <summary>What the vault costs above the ciphers it stands on: product and peer in turn, on one thread, the middle of the rounds' ratios.</summary>
internal static class VaultBench
{
    private const int Rounds = 7;
    private static readonly KeyScope Scope = KeyScope.Of(new CompanyId(Guid.CreateVersion7()), "messaging", KeyPeriod.Unbounded);
    private static readonly byte[] Context = new byte[33];

    public static bool Knows(string name) => name is "vault" or "vault.wrap" or "vault.encrypt4k" or "vault.encrypt256" or "vault.revoke.p99" or "vault.rewrap";

    public static async Task<int> RunAsync(string name, Report report)
    {
        var folder = Directory.CreateTempSubdirectory("rivet-bench-").FullName;
        try
        {
            var module = BenchToken.Make(folder);
            await using var provider = await StartAsync(folder, module);
            var parts = provider.GetServices<IHostedService>().Where(part => part is not BackgroundService).ToArray();
            if (name is "vault" or "vault.wrap")
            {
                Wrap(provider.GetRequiredService<RootKey>(), module.Library, report);
            }

            var vault = provider.GetRequiredService<IVault>();
            if (name is "vault" or "vault.encrypt4k")
            {
                Encrypt4K(vault, report);
            }

            if (name is "vault" or "vault.encrypt256")
            {
                Encrypt256(vault, report);
            }

            if (name is "vault" or "vault.rewrap")
            {
                await RewrapBench.RunAsync(provider, report, "vault.rewrap.module");
            }

            foreach (var part in parts.Reverse())
            {
                await part.StopAsync(CancellationToken.None);
            }

            if (name is "vault" or "vault.revoke.p99")
            {
                using var server = await BenchKeyServer.StartAsync(Path.Combine(folder, "keyserver"), module);
                await using var withFile = await StartAsync(Path.Combine(folder, "revoke"), module: null);
                await RevokeBench.RunAsync(withFile, server, report);
            }

            if (name is "vault" or "vault.rewrap")
            {
                await using var withFile = await StartAsync(Path.Combine(folder, "rewrap"), module: null);
                await RewrapBench.RunAsync(withFile, report, "vault.rewrap");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        report.Write();
        return 0;
    }

    private static void Wrap(RootKey root, string library, Report report)
    {
        var bare = new BareModule(library);
        var secret = RandomNumberGenerator.GetBytes(32);
        var binding = new byte[80];
        var bound = new byte[21 + binding.Length];
        Compare(
            report, "vault.wrap", "wraps and unwraps/s, of 32 bytes", "the module alone, one session", 0.7, 3_000,
            () => root.Unwrap(root.Wrap(secret, binding).Value, binding),
            () => bare.WrapAndUnwrap(secret, bound));
    }

    private static void Encrypt4K(IVault vault, Report report)
    {
        var plaintext = RandomNumberGenerator.GetBytes(4096);
        using var cipher = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        var (nonce, body, tag, opened) = (new byte[12], new byte[4096], new byte[16], new byte[4096]);
        Compare(report, "vault.encrypt4k", "seals and opens/s, of 4 KiB", "AesGcm, one instance, buffers reused", 0.8, 30_000, () => SealAndOpen(vault, plaintext), () =>
        {
            RandomNumberGenerator.Fill(nonce);
            cipher.Encrypt(nonce, plaintext, body, tag, Context);
            cipher.Decrypt(nonce, body, tag, opened, Context);
        });
    }

    private static void Encrypt256(IVault vault, Report report)
    {
        var plaintext = RandomNumberGenerator.GetBytes(256);
        using var key = Key.Create(AeadAlgorithm.Aes256Gcm);
        var (nonce, body, opened) = (new byte[12], new byte[256 + 16], new byte[256]);
        Compare(report, "vault.encrypt256", "seals and opens/s, of 256 bytes", "NSec, AES-256-GCM, buffers reused", 0.6, 100_000, () => SealAndOpen(vault, plaintext), () =>
        {
            RandomNumberGenerator.Fill(nonce);
            AeadAlgorithm.Aes256Gcm.Encrypt(key, nonce, Context, plaintext, body);
            AeadAlgorithm.Aes256Gcm.Decrypt(key, nonce, Context, body, opened);
        });
    }

    private static void SealAndOpen(IVault vault, byte[] plaintext)
    {
        // With the key in memory both complete synchronously.
        var ciphertext = vault.SealAsync(Scope, new[] { new Plaintext(plaintext, Context) }, CancellationToken.None).AsTask().Result.Value[0];
        var opened = vault.OpenAsync(Scope.Company, Scope.Application, new[] { new Ciphertext(ciphertext, Context) }, CancellationToken.None).AsTask().Result[0];
        if (!opened.IsOk)
        {
            throw new InvalidOperationException(opened.Refusal.ToString());
        }
    }

    private static void Compare(Report report, string metric, string unit, string against, double wanted, int count, Action product, Action peer)
    {
        Report.Say($"{metric}: {Rounds} rounds of {count}, product and peer in turn");
        Rate(product, count);
        Rate(peer, count);
        var rounds = Enumerable.Range(0, Rounds).Select(_ => (Product: Rate(product, count), Peer: Rate(peer, count))).ToArray();
        var middle = rounds.OrderBy(round => round.Product / round.Peer).ElementAt(Rounds / 2);
        report.Add(new(metric, middle.Product, unit, middle.Product / middle.Peer, FormattableString.Invariant($"{against}, {middle.Peer:N0}/s"), FormattableString.Invariant($"≥ {wanted}")));
    }

    private static double Rate(Action call, int count)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++)
        {
            call();
        }

        return count / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task<ServiceProvider> StartAsync(string folder, RootModuleOptions? module)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(options => options.Folder = Path.Combine(folder, "data"));
        services.AddVault(options => (options.RootKeyFile, options.RootModule, options.AllowsLocalKeyServices) = (Path.Combine(folder, "keys", "root.key"), module, true));
        var provider = services.BuildServiceProvider();
        foreach (var part in provider.GetServices<IHostedService>().Where(part => part is not BackgroundService))
        {
            await part.StartAsync(CancellationToken.None);
        }

        return provider;
    }
}
