using System.Text;
using System.Text.Json;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Mail;

/// <summary>Keeps how companies send mail, sealed.</summary>
internal sealed class MailBook(IStore store, IVault vault, MailEvents events, TimeProvider time)
{
    private static readonly byte[] Label = "rivet mail settings v1\0"u8.ToArray();

    /// <summary>What holds for a company; null when it sends no mail.</summary>
    public async ValueTask<Result<MailSettings?, MailRefusal>> FindAsync(CompanyId company, CancellationToken ct)
    {
        var stored = await store.ReadAsync(
            session => session.QueryFirst("SELECT sealed FROM mail_setting WHERE company = $1", row => (byte[])row.GetValue(0), company.ToBytes()), ct);
        if (stored is null)
        {
            return (MailSettings?)null;
        }

        var opened = await vault.OpenAsync(company, MailSeal.Application, new[] { new Ciphertext(stored, MailSeal.Context(Label, company)) }, ct);
        return opened[0].TryGet(out var bytes, out _) ? Read(bytes) : MailRefusal.Unavailable;
    }

    /// <summary>Whether a company sends mail at all.</summary>
    public ValueTask<bool> AnyAsync(CompanyId company, CancellationToken ct)
        => store.ReadAsync(session => session.QueryFirst("SELECT EXISTS (SELECT 1 FROM mail_setting WHERE company = $1)", row => row.GetBoolean(0), company.ToBytes()), ct);

    /// <summary>
    /// A form with the stored password put in, where it has none and goes to the same server as the same user: a password is never sent to
    /// a server that it was not given for.
    /// </summary>
    public async ValueTask<Result<MailForm, MailRefusal>> CompleteAsync(CompanyId company, MailForm form, CancellationToken ct)
    {
        if (form.Password is not null || form.User.Trim().Length == 0)
        {
            return form;
        }

        if (!(await FindAsync(company, ct)).TryGet(out var stored, out var refusal))
        {
            return refusal;
        }

        return stored?.Password is { } password && stored.User == form.User.Trim() && string.Equals(stored.Host, form.Host.Trim(), StringComparison.OrdinalIgnoreCase)
            ? form with { Password = password.Reveal() }
            : form;
    }

    public async ValueTask<Result<Done, MailRefusal>> ChangeAsync(Permit permit, MailSettings settings, CancellationToken ct)
    {
        var plaintext = new Plaintext(Write(settings), MailSeal.Context(Label, permit.Company));
        var answer = await vault.SealAsync(MailSeal.Scope(permit.Company), new[] { plaintext }, ct);
        if (!answer.TryGet(out var sealedTexts, out _))
        {
            return MailRefusal.Unavailable;
        }

        await store.WriteAsync(
            transaction =>
            {
                transaction.Execute(
                    """
                    INSERT INTO mail_setting (company, sealed, changed_ms) VALUES ($1, $2, $3)
                    ON CONFLICT (company) DO UPDATE SET sealed = excluded.sealed, changed_ms = excluded.changed_ms, failing_ms = NULL, failing_step = NULL
                    """,
                    permit.Company.ToBytes(), sealedTexts[0], time.GetUtcNow().ToUnixTimeMilliseconds());
                events.Record(transaction, MailEvents.Changed, permit);
                return true;
            },
            ct);
        return Done.Value;
    }

    /// <summary>Sends no mail any more; what waits is given up.</summary>
    public async ValueTask RemoveAsync(Permit permit, CancellationToken ct)
        => await store.WriteAsync(
            transaction =>
            {
                if (transaction.Execute("DELETE FROM mail_setting WHERE company = $1", permit.Company.ToBytes()) > 0)
                {
                    OutgoingTable.GiveUpAll(transaction, permit.Company, time.GetUtcNow().ToUnixTimeMilliseconds());
                    events.Record(transaction, MailEvents.Removed, permit);
                }

                return true;
            },
            ct);

    private static byte[] Write(MailSettings settings) => JsonSerializer.SerializeToUtf8Bytes(new MailForm
    {
        Host = settings.Host,
        Port = settings.Port,
        Security = settings.Security,
        Sender = settings.Sender,
        SenderName = settings.SenderName,
        User = settings.User,
        Password = settings.Password?.Reveal(),
        Fingerprint = settings.Fingerprint,
    });

    private static MailSettings? Read(byte[] bytes)
        => MailSettings.TryParse(JsonSerializer.Deserialize<MailForm>(bytes)!, out var settings, out var wrong)
            ? settings
            : throw new InvalidDataException($"Stored mail settings have a wrong {wrong}.");
}

/// <summary>What this module seals, and under what.</summary>
internal static class MailSeal
{
    public const string Application = "mail";

    public static KeyScope Scope(CompanyId company) => KeyScope.Of(company, Application, KeyPeriod.Unbounded);

    public static byte[] Context(ReadOnlySpan<byte> label, CompanyId company, Guid row = default)
        => [.. label, .. company.ToBytes(), .. row.ToByteArray(bigEndian: true)];
}
