using Microsoft.Extensions.Logging;
using Rivet.Certificates.Acme;
using Rivet.Certificates.Challenges;
using Rivet.Certificates.Checking;
using Rivet.Certificates.Folder;
using Rivet.Kernel;

namespace Rivet.Certificates.Serving;

/// <summary>
/// What has to be done about certificates: takes over what commands left in the folder, renews when it is time. One beat is
/// <see cref="RunOnceAsync"/>; an order runs beside the beats, at most one.
/// </summary>
internal sealed class CertificateWork(ServedCertificates served, CertificateMeters meters, IEnumerable<ICertificateObserver> observers, ILogger<CertificateWork> log)
    : IAsyncDisposable
{
    private static readonly TimeSpan Warning = TimeSpan.FromDays(7);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);
    private readonly CertificateFolder folder = served.Folder;
    private readonly TimeProvider time = served.Time;
    private CancellationTokenSource? ending;
    private Guid answered = served.Folder.Report is { Done: true } report ? report.Wish : Guid.Empty;
    private string? stamp;
    private string? told;
    private DateTimeOffset warned;

    /// <summary>The order under way; ended when there is none.</summary>
    public Task Issuing { get; private set; } = Task.CompletedTask;

    public async Task RunOnceAsync(CancellationToken ct)
    {
        try
        {
            TakeOver();
            if (folder.Wish is { } wish && wish.Id != answered)
            {
                await EndIssuingAsync();
                answered = wish.Id;
                await FulfilAsync(wish, ct);
            }
            else if (Issuing.IsCompleted && folder.Settings is { Source: CertificateSourceKind.Acme, Acme: { } acme } settings && IsDue(settings, acme))
            {
                Issue(settings, acme, Guid.Empty, ct);
            }

            await TellAsync(ct);
        }
        catch (Exception failed) when (failed is CertificateFolderException or IOException or UnauthorizedAccessException)
        {
            // What is served is served on; the next beat tries again.
            Warn(() => Log.FolderFailed(log, PlainText.Of(failed.Message)));
        }
    }

    public async ValueTask DisposeAsync() => await EndIssuingAsync();

    private void TakeOver()
    {
        var newest = folder.Stamp();
        if (newest == stamp)
        {
            return;
        }

        stamp = newest;
        if (served.Reload() is { } why)
        {
            Log.KeptUnusable(log, why.Reason, why.Detail);
        }
    }

    private async Task FulfilAsync(Wish wish, CancellationToken ct)
    {
        var settings = folder.Settings;
        if (wish.Renew && settings is { Source: CertificateSourceKind.Acme, Acme: { } acme })
        {
            Issue(settings, acme, wish.Id, ct);
            return;
        }

        if (wish.Renew && settings.Source is CertificateSourceKind.Own)
        {
            served.RenewOwn();
        }

        folder.Renewal = new RenewalState { IssuedFor = folder.Renewal.IssuedFor };
        await TellAsync(ct);
        folder.Report = new Report { Wish = wish.Id, Done = true };
    }

    private bool IsDue(Settings settings, AcmeSettings acme)
    {
        var (renewal, now) = (folder.Renewal, time.GetUtcNow());
        return now >= renewal.RetryAt
            && (renewal.Failures > 0 || renewal.IssuedFor != settings.Choice || served.Bundle is not { } bundle
                || !acme.Names.All(bundle.Names.Contains) || now >= RenewalClock.Due(bundle));
    }

    private void Issue(Settings settings, AcmeSettings acme, Guid wish, CancellationToken ct)
    {
        ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Issuing = IssueAsync(settings.Choice, acme, wish, ending.Token);
    }

    private async Task EndIssuingAsync()
    {
        if (ending is { } running)
        {
            ending = null;
            await running.CancelAsync();
            await Issuing;
            running.Dispose();
        }
    }

    private async Task IssueAsync(Guid choice, AcmeSettings acme, Guid wish, CancellationToken ct)
    {
        try
        {
            await using ChallengeDoor door = acme.Challenge is ChallengeKind.Http
                ? new HttpDoor(served.Options.HttpAddress, acme.HttpPort)
                : new TlsAlpnDoor(served.AlpnPort, time);
            DropFinishedOrder();
            Log.Asking(log, PlainText.Of(acme.Directory.Authority), string.Join(", ", acme.Names));
            var result = await new AcmeIssue(folder, acme, door, time, step => ReportStep(wish, step)).RunAsync(ct);
            var refusal = result.TryGet(out var bundle, out var why) ? null : why;
            if (bundle is not null)
            {
                folder.Keep(CertificateSourceKind.Acme, bundle);
                folder.Order = null;
                folder.Renewal = new RenewalState { IssuedFor = choice, RetryAt = time.GetUtcNow() + RenewalClock.ShortestGap };
                refusal = served.Reload();
            }
            else
            {
                CountFailure(why!);
            }

            await EndAsync(wish, refusal, ct);
        }
        catch (OperationCanceledException)
        {
            Log.Withdrawn(log);
        }
        catch (Exception failed) when (failed is CertificateFolderException or IOException or UnauthorizedAccessException)
        {
            Log.FolderFailed(log, PlainText.Of(failed.Message));
            TryReport(wish, new CertificateRefusal(CertificateRefusal.FolderDamaged, PlainText.Of(failed.Message)));
        }
        catch (Exception fault)
        {
            Log.Faulted(log, fault);
            TryReport(wish, new CertificateRefusal(CertificateRefusal.AcmeMalformed, "fault"));
        }
    }

    private async Task EndAsync(Guid wish, CertificateRefusal? refusal, CancellationToken ct)
    {
        meters.Renewed(refusal is null);
        if (refusal is not null)
        {
            Log.RenewalFailed(log, refusal.Reason, refusal.Detail, folder.Renewal.RetryAt, served.Now.NotAfter);
            await ObserveAsync(new CertificateChange(served.Now, refusal), ct);
        }

        await TellAsync(ct);
        if (wish != Guid.Empty)
        {
            folder.Report = new Report { Wish = wish, Done = true, Refusal = refusal };
        }
    }

    /// <summary>Also where the folder is what failed: then a fault must not become a renewal every half second.</summary>
    private void TryReport(Guid wish, CertificateRefusal why)
    {
        meters.Renewed(done: false);
        try
        {
            CountFailure(why);
            folder.Report = new Report { Wish = wish, Done = true, Refusal = why };
        }
        catch (Exception failed) when (failed is CertificateFolderException or IOException or UnauthorizedAccessException)
        {
            Log.FolderFailed(log, PlainText.Of(failed.Message));
        }
    }

    private void CountFailure(CertificateRefusal why)
    {
        var before = folder.Renewal;
        var failures = before.Failures + 1;
        folder.Renewal = before with { Failures = failures, RetryAt = time.GetUtcNow() + RenewalClock.Pause(failures, why.RetryAfter), LastRefusal = why };
    }

    /// <summary>An order whose certificate is already kept: the process was killed between the two.</summary>
    private void DropFinishedOrder()
    {
        if (folder.Order is { } order && folder.Bundle(CertificateSourceKind.Acme) is { IsOk: true } kept && IsKeyOf(kept.Value, order.Key))
        {
            folder.Order = null;
        }
    }

    private static bool IsKeyOf(CertificateBundle bundle, string pem)
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportFromPem(pem);
        return PrivateKey.Fits(bundle.Leaf, key);
    }

    private void ReportStep(Guid wish, string step)
    {
        if (wish != Guid.Empty)
        {
            folder.Report = new Report { Wish = wish, Step = step };
        }
    }

    /// <summary>Writes down what is served, once for each certificate, and warns of one that ends.</summary>
    private async Task TellAsync(CancellationToken ct)
    {
        var now = served.Now;
        if (now.Fingerprint != told)
        {
            var first = told is null;
            told = now.Fingerprint;
            var known = folder.Served;
            if (known?.Fingerprint != now.Fingerprint)
            {
                folder.Served = now;
            }

            Log.Serving(log, CertificateMeters.Word(now.Source), string.Join(", ", now.Names), now.NotAfter, now.Fingerprint);
            if (!first)
            {
                await ObserveAsync(new CertificateChange(now, null), ct);
            }
        }

        if (now.NotAfter - time.GetUtcNow() < Warning)
        {
            Warn(() => Log.Ending(log, now.NotAfter <= time.GetUtcNow() ? "has ended" : "ends soon", now.NotAfter));
        }
    }

    private async Task ObserveAsync(CertificateChange change, CancellationToken ct)
    {
        foreach (var observer in observers)
        {
            try
            {
                await observer.ChangedAsync(change, ct);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                Log.ObserverFailed(log, failed);
            }
        }
    }

    private void Warn(Action warning)
    {
        if (time.GetUtcNow() - warned >= BetweenWarnings)
        {
            warned = time.GetUtcNow();
            warning();
        }
    }
}
