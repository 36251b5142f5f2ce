using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>What an administrator does with mail, from a page or a device: the same for both.</summary>
internal sealed class MailDesk(MailBook book, MailSender sender, TestAllowance tests, TimeProvider time)
{
    public static readonly Permission Manage = new("mail.manage");

    public async ValueTask<Result<MailSettings?, MailRefusal>> ReadAsync(Permit permit, CancellationToken ct)
    {
        Require(permit);
        try
        {
            return await book.FindAsync(permit.Company, ct);
        }
        catch (StoreUnavailableException)
        {
            return MailRefusal.Unavailable;
        }
    }

    /// <summary>Keeps settings; a form without a password keeps the stored one of the same server and user.</summary>
    public async ValueTask<Result<Done, MailProblem>> ChangeAsync(Permit permit, MailForm form, CancellationToken ct)
    {
        Require(permit);
        try
        {
            var parsed = await ParseAsync(permit, form, ct);
            if (!parsed.TryGet(out var settings, out var problem))
            {
                return problem;
            }

            var kept = await book.ChangeAsync(permit, settings, ct);
            return kept.IsOk ? Done.Value : new MailProblem(kept.Refusal);
        }
        catch (LogBehindException)
        {
            return new MailProblem(MailRefusal.LogBehind);
        }
        catch (StoreUnavailableException)
        {
            return new MailProblem(MailRefusal.Unavailable);
        }
    }

    /// <summary>Sends a message now, by the form or, without one, by what is stored.</summary>
    public async ValueTask<Result<MailOutcome, MailProblem>> TestAsync(Permit permit, MailForm? form, string address, Letter letter, CancellationToken ct)
    {
        Require(permit);
        if (!MailSettings.IsAddress(address))
        {
            return new MailProblem(MailRefusal.Malformed, MailField.Recipient);
        }

        if (!tests.TryTake(permit.Company))
        {
            return new MailProblem(MailRefusal.TooMany);
        }

        try
        {
            var settings = form is null ? await StoredAsync(permit, ct) : await ParseAsync(permit, form, ct);
            return settings.TryGet(out var used, out var problem) ? await sender.SendAsync(used, letter, ct) : problem;
        }
        catch (StoreUnavailableException)
        {
            return new MailProblem(MailRefusal.Unavailable);
        }
    }

    public async ValueTask<Result<Done, MailProblem>> RemoveAsync(Permit permit, CancellationToken ct)
    {
        Require(permit);
        try
        {
            await book.RemoveAsync(permit, ct);
            return Done.Value;
        }
        catch (LogBehindException)
        {
            return new MailProblem(MailRefusal.LogBehind);
        }
        catch (StoreUnavailableException)
        {
            return new MailProblem(MailRefusal.Unavailable);
        }
    }

    /// <summary>The letter of a test, in the language of whoever asks.</summary>
    public Letter TestLetter(string address, string subject, string text) => new(Guid.CreateVersion7(time.GetUtcNow()), address.Trim(), subject, text);

    private async ValueTask<Result<MailSettings, MailProblem>> StoredAsync(Permit permit, CancellationToken ct)
        => (await book.FindAsync(permit.Company, ct)).TryGet(out var stored, out var refusal)
            ? stored is null ? new MailProblem(MailRefusal.NotSetUp) : stored
            : new MailProblem(refusal);

    private async ValueTask<Result<MailSettings, MailProblem>> ParseAsync(Permit permit, MailForm form, CancellationToken ct)
    {
        if (!(await book.CompleteAsync(permit.Company, form, ct)).TryGet(out var whole, out var refusal))
        {
            return new MailProblem(refusal);
        }

        return MailSettings.TryParse(whole, out var settings, out var wrong) ? settings : new MailProblem(MailRefusal.Malformed, wrong);
    }

    /// <summary>A power was called with a permit for something else: a bug, not a refusal.</summary>
    private static void Require(Permit permit)
    {
        if (permit.Question.Permission != Manage)
        {
            throw new ArgumentException($"The permit is for {permit.Question.Permission}, not for {Manage}.", nameof(permit));
        }
    }
}

/// <summary>A refusal, and the field it is about.</summary>
internal readonly record struct MailProblem(MailRefusal Refusal, MailField Field = default);

/// <summary>Test messages leave at once and to any address: at most five in a minute, so that they serve nobody as a gun.</summary>
internal sealed class TestAllowance(TimeProvider time)
{
    private const int AtMost = 5;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<CompanyId, Queue<DateTimeOffset>> taken = [];

    public bool TryTake(CompanyId company)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var times = taken.TryGetValue(company, out var known) ? known : taken[company] = new Queue<DateTimeOffset>();
            while (times.TryPeek(out var first) && now - first >= Span)
            {
                times.Dequeue();
            }

            if (times.Count >= AtMost)
            {
                return false;
            }

            times.Enqueue(now);
            return true;
        }
    }
}
