using System.Text.Json;
using Rivet.Certificates.Folder;
using Rivet.Kernel;

namespace Rivet.Certificates.Acme;

/// <summary>Finds or makes the account (RFC 8555 §7.3); its key is on the disk before the server hears of it.</summary>
internal static class AcmeAccount
{
    /// <summary>A session that is signed in.</summary>
    public static async Task<Result<AcmeSession, CertificateRefusal>> OpenAsync(CertificateFolder folder, AcmeSettings settings, AcmeHttp http, CancellationToken ct)
    {
        var kept = folder.Account;
        if (kept is null || kept.Directory != settings.Directory)
        {
            using var made = AccountKey.Create();
            folder.Account = kept = new AccountState { Directory = settings.Directory, Key = made.Reveal() };
        }

        if (!(await AcmeSession.OpenAsync(http, settings.Directory, AccountKey.Read(kept.Key), ct)).TryGet(out var session, out var why))
        {
            return why;
        }

        session.Account = kept.Url;
        if (kept.Url is not null || await RegisterAsync(folder, settings, session, ct) is not { } refused)
        {
            return session;
        }

        session.Dispose();
        return refused;
    }

    /// <summary>Registers the kept key, or finds the account that has it; null when that worked.</summary>
    public static async Task<CertificateRefusal?> RegisterAsync(CertificateFolder folder, AcmeSettings settings, AcmeSession session, CancellationToken ct)
    {
        session.Account = null;
        var contact = settings.Contact is null ? "" : $",\"contact\":[{JsonSerializer.Serialize("mailto:" + settings.Contact)}]";
        var asked = await session.AskAsync(session.Directory.NewAccount, $"{{\"termsOfServiceAgreed\":true{contact}}}", ct);
        if (!asked.TryGet(out var account, out var failure))
        {
            return failure.Refusal;
        }

        if (account is not { Status: "valid", Location: { } address })
        {
            return AcmeSession.Malformed("account");
        }

        session.Account = address;
        folder.Account = folder.Account! with { Url = address, Terms = session.Directory.Terms is { } terms ? PlainText.Of(terms) : null };
        return null;
    }
}
