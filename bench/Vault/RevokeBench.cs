using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Bench.Vault;

/// <summary>
/// How long a company's content can still be read after its own key server was told to refuse: real key server, the server's own settings, each company's
/// switch thrown at a moment of its own, and its content asked for all the time.
/// </summary>
internal static class RevokeBench
{
    private const int Companies = 20;
    private const int Rounds = 10;

    public static async Task RunAsync(IServiceProvider provider, BenchKeyServer server, Report report)
    {
        var options = provider.GetRequiredService<IOptions<VaultOptions>>().Value;
        var stated = options.KeyServiceAskedEvery + options.KeyServiceAnswersWithin;
        var watch = provider.GetRequiredService<KeyServiceWatch>();
        var companies = new List<Held>();
        for (var index = 0; index < Companies; index++)
        {
            companies.Add(await Held.MakeAsync(provider, server, $"company{index}"));
        }

        await watch.StartAsync(CancellationToken.None);
        Report.Say($"vault.revoke.p99: {Companies} companies, {Rounds} rounds, each told no at a moment of its own");
        var delays = (await Task.WhenAll(companies.Select((company, index) => company.RunAsync(provider, server, Rounds, index, stated)))).SelectMany(some => some).Order().ToArray();
        await watch.StopAsync(CancellationToken.None);
        var p99 = Statistics.Percentile(delays, 0.99);
        report.Add(new(
            "vault.revoke.p99", p99, FormattableString.Invariant($"s until unreadable; middle {Statistics.Median(delays):0.00}, longest {delays[^1]:0.00}, {delays.Length} times"),
            p99 / stated.TotalSeconds, FormattableString.Invariant($"the stated {stated.TotalSeconds} s"), "≤ 1"));
    }

    /// <summary>A company whose key is at the key server.</summary>
    private sealed record Held(CompanyId Company, string Key, KeyScope Scope, byte[] Ciphertext)
    {
        /// <summary>Asks again while the server, which has just started, takes longer than its budget.</summary>
        private static async Task<CompanyKeyRow> AskAsync(KeyServices services, CompanyId company, SealedHeader name, KeyServicePlace place)
        {
            for (var left = 20; ; left--)
            {
                var made = await services.MakeAsync(company, name, place, CancellationToken.None);
                if (made.IsOk || left == 0)
                {
                    return made.Value;
                }

                await Task.Delay(100);
            }
        }

        public static async Task<Held> MakeAsync(IServiceProvider provider, BenchKeyServer server, string key)
        {
            await server.DoAsync("key", "add", key);
            var (store, vault) = (provider.GetRequiredService<IStore>(), provider.GetRequiredService<IVault>());
            var company = new CompanyId(Guid.CreateVersion7());
            var scope = KeyScope.Of(company, "messaging", KeyPeriod.Unbounded);
            var standing = (await provider.GetRequiredService<CompanyKeys>().CurrentAsync(company, CancellationToken.None)).IsOk
                ? (await store.ReadAsync(session => CompanyKeyTable.Find(session, company), CancellationToken.None))!
                : throw new InvalidOperationException("The company got no key.");
            var next = standing.Current with { Epoch = 2 };
            var row = await AskAsync(provider.GetRequiredService<KeyServices>(), company, next, server.Place(key));
            await store.WriteAsync(
                transaction =>
                {
                    CompanyKeyTable.Add(transaction, row);
                    CompanyKeyTable.Put(transaction, company, standing with { Version = 2 });
                    return Done.Value;
                },
                CancellationToken.None);
            var sealedBytes = (await vault.SealAsync(scope, new[] { new Plaintext("text"u8.ToArray(), default) }, CancellationToken.None)).Value[0];
            return new(company, key, scope, sealedBytes);
        }

        public async Task<List<double>> RunAsync(IServiceProvider provider, BenchKeyServer server, int rounds, int seed, TimeSpan stated)
        {
            var vault = provider.GetRequiredService<IVault>();
            var random = new Random(seed);
            var delays = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * stated.TotalSeconds));
                await server.DoAsync("kill", Key);
                var told = Stopwatch.GetTimestamp();
                await UntilAsync(vault, isReadable: false);
                delays.Add(Stopwatch.GetElapsedTime(told).TotalSeconds);
                await server.DoAsync("restore", Key);
                await UntilAsync(vault, isReadable: true);
            }

            return delays;
        }

        private async Task UntilAsync(IVault vault, bool isReadable)
        {
            var begun = Stopwatch.GetTimestamp();
            while ((await vault.OpenAsync(Company, Scope.Application, new[] { new Ciphertext(Ciphertext, default) }, CancellationToken.None))[0].IsOk != isReadable)
            {
                if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromMinutes(2))
                {
                    throw new InvalidOperationException("The switch did not take effect in two minutes.");
                }

                await Task.Delay(2);
            }
        }
    }
}
