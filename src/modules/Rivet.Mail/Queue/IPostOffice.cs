using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>Takes mail of the product itself, such as invitations. What is taken is sent at least once, or given up after three days and said so.</summary>
public interface IPostOffice
{
    /// <summary>Whether the company sends mail.</summary>
    ValueTask<bool> IsOpenAsync(CompanyId company, CancellationToken ct);

    /// <summary>Whether mail can be addressed so: one address, nothing else.</summary>
    bool IsAddress(string address);

    /// <summary>Seals a message for <see cref="Enqueue"/>; null when the vault cannot answer, or the company sends no mail.</summary>
    /// <param name="company">Whose mail server sends it.</param>
    /// <param name="address">One address, <see cref="IsAddress"/>.</param>
    /// <param name="subject">One line of 200 characters at most.</param>
    /// <param name="text">Plain text.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<SealedLetter?> SealAsync(CompanyId company, string address, string subject, string text, CancellationToken ct);

    /// <summary>Hands the message over in the transaction of its cause: it is sent if that commits, and only then.</summary>
    void Enqueue(WriteTransaction transaction, SealedLetter letter);
}

/// <summary>A message ready to be handed over.</summary>
public sealed class SealedLetter
{
    internal SealedLetter(Guid id, CompanyId company, byte[] content) => (Id, Company, Content) = (id, company, content);

    internal Guid Id { get; }

    internal CompanyId Company { get; }

    internal byte[] Content { get; }
}
