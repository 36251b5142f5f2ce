using System.Text.Json;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Mail;

/// <inheritdoc/>
internal sealed class PostOffice(MailBook book, IVault vault, TimeProvider time) : IPostOffice
{
    private static readonly byte[] Label = "rivet letter v1\0"u8.ToArray();

    public ValueTask<bool> IsOpenAsync(CompanyId company, CancellationToken ct) => book.AnyAsync(company, ct);

    public bool IsAddress(string address) => MailSettings.IsAddress(address);

    public async ValueTask<SealedLetter?> SealAsync(CompanyId company, string address, string subject, string text, CancellationToken ct)
    {
        if (!MailSettings.IsAddress(address) || subject.Length > 200 || subject.Any(char.IsControl))
        {
            throw new ArgumentException("No letter can be addressed or named so.", nameof(address));
        }

        if (!await book.AnyAsync(company, ct))
        {
            return null;
        }

        var letter = new Letter(Guid.CreateVersion7(time.GetUtcNow()), address.Trim(), subject, text);
        var plaintext = new Plaintext(JsonSerializer.SerializeToUtf8Bytes(letter), MailSeal.Context(Label, company, letter.Id));
        var answer = await vault.SealAsync(MailSeal.Scope(company), new[] { plaintext }, ct);
        return answer.TryGet(out var content, out _) ? new SealedLetter(letter.Id, company, content[0]) : null;
    }

    public void Enqueue(WriteTransaction transaction, SealedLetter letter)
        => OutgoingTable.Insert(transaction, letter.Id, letter.Company, letter.Content, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Opens what waits; null when it cannot be opened now.</summary>
    public async ValueTask<Letter?> OpenAsync(OutgoingRow row, CancellationToken ct)
    {
        var opened = await vault.OpenAsync(row.Company, MailSeal.Application, new[] { new Ciphertext(row.Sealed, MailSeal.Context(Label, row.Company, row.Id)) }, ct);
        return opened[0].TryGet(out var bytes, out _) ? JsonSerializer.Deserialize<Letter>(bytes) : null;
    }
}
