using System.Text.Json;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Audit.Exporting;

/// <summary>Seals and opens the settings of exports.</summary>
internal sealed class ExportBook(IVault vault)
{
    private static readonly byte[] Label = "rivet audit export 1\0"u8.ToArray();

    /// <summary>The settings sealed; null when the vault cannot now.</summary>
    public async ValueTask<byte[]?> SealAsync(CompanyId company, Guid id, AuditExportForm form, CancellationToken ct)
    {
        var plaintext = new Plaintext(JsonSerializer.SerializeToUtf8Bytes(form), Context(company, id));
        var answer = await vault.SealAsync(KeyScope.Of(company, AuditEvents.KeysOfExports, KeyPeriod.Unbounded), new[] { plaintext }, ct);
        return answer.TryGet(out var sealedForms, out _) ? sealedForms[0] : null;
    }

    /// <summary>The settings of a destination; null when they cannot be opened.</summary>
    public async ValueTask<ExportSettings?> OpenAsync(ExportRow row, CancellationToken ct)
    {
        var opened = await vault.OpenAsync(row.Company, AuditEvents.KeysOfExports, new[] { new Ciphertext(row.Settings, Context(row.Company, row.Id)) }, ct);
        return opened[0].TryGet(out var bytes, out _) && ExportSettings.TryParse(JsonSerializer.Deserialize<AuditExportForm>(bytes)!, out var settings, out _) ? settings : null;
    }

    private static byte[] Context(CompanyId company, Guid id) => [.. Label, .. company.ToBytes(), .. id.ToByteArray(bigEndian: true)];
}
