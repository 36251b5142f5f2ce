using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Bench.Vault;

/// <summary>Wrapping a million data keys anew under a new version of their company's key, which is in memory or inside the module: time, and what memory grew by.</summary>
internal static class RewrapBench
{
    private const int Keys = 1_000_000;
    private const int Batch = 20_000;

    /// <summary>More than this it must not grow, however many keys there are.</summary>
    private const double MostMegabytes = 64;

    public static async Task RunAsync(IServiceProvider provider, Report report, string metric)
    {
        var (store, companies) = (provider.GetRequiredService<IStore>(), provider.GetRequiredService<CompanyKeys>());
        var company = new CompanyId(Guid.CreateVersion7());
        Report.Say($"{metric}: making {Keys:N0} data keys of one company");
        var first = (await companies.CurrentAsync(company, CancellationToken.None)).Value;
        for (var made = 0; made < Keys; made += Batch)
        {
            await store.WriteAsync(transaction => Make(transaction, company, first), CancellationToken.None);
        }

        await RotateAsync(store, companies, company);
        GC.Collect();
        var before = ResidentMegabytes();
        using var peak = new Peak();
        Report.Say($"{metric}: wrapping them anew");
        var begun = Stopwatch.GetTimestamp();
        var done = await provider.GetRequiredService<Rewrapper>().RunOnceAsync(CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        if (done != Keys)
        {
            throw new InvalidOperationException($"{done} keys were wrapped anew.");
        }

        var grown = Math.Max(0, peak.Stop() - before);
        report.Add(new(metric, seconds, "s for 1,000,000 data keys", Keys / seconds / 10_000, "10,000 keys/s", "told"));
        report.Add(new($"{metric}.memory", grown, "MB more resident at the worst", grown / MostMegabytes, FormattableString.Invariant($"{MostMegabytes} MB, whatever the number of keys"), "≤ 1"));
    }

    private static int Make(WriteTransaction transaction, CompanyId company, CompanyKey under)
    {
        Span<byte> secret = stackalloc byte[32];
        for (var index = 0; index < Batch; index++)
        {
            var header = new SealedHeader(Guid.CreateVersion7(), 1);
            var scope = new KeyScope(company, "messaging", KeyPeriod.Unbounded, KeyHolder.Of(new PersonId(Guid.CreateVersion7())));
            RandomNumberGenerator.Fill(secret);
            transaction.Execute(
                """
                INSERT INTO vault_key (key_id, epoch, company, application, period, holder_kind, holder_id, wrapped, state, reserved, created_ms, wrapped_by)
                VALUES ($1, 1, $2, $3, 0, 1, $4, $5, 1, 0, 0, $6)
                """,
                Binding.Bytes(header.KeyId), company.ToBytes(), scope.Application, Binding.Bytes(scope.Holder.Id),
                under.Wrapper.Wrap(secret, Binding.OfKey(header, scope)).Value, (long)under.Version);
        }

        return Batch;
    }

    private static async Task RotateAsync(IStore store, CompanyKeys companies, CompanyId company)
    {
        var standing = (await store.ReadAsync(session => CompanyKeyTable.Find(session, company), CancellationToken.None))!;
        var next = companies.Make(company, standing.Current with { Epoch = standing.Version + 1 }).Value;
        await store.WriteAsync(
            transaction =>
            {
                CompanyKeyTable.Add(transaction, next);
                CompanyKeyTable.Put(transaction, company, standing with { Version = next.Version });
                return Done.Value;
            },
            CancellationToken.None);
    }

    private static double ResidentMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    /// <summary>Looks ten times a second.</summary>
    private sealed class Peak : IDisposable
    {
        private readonly Timer timer;
        private double most;

        public Peak() => timer = new Timer(_ => most = Math.Max(most, ResidentMegabytes()), null, 0, 100);

        public double Stop()
        {
            timer.Change(Timeout.Infinite, Timeout.Infinite);
            return Math.Max(most, ResidentMegabytes());
        }

        public void Dispose() => timer.Dispose();
    }
}
