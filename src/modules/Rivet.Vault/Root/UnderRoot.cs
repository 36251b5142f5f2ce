using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>Something that only the root opens.</summary>
/// <param name="Wrapped">As stored.</param>
/// <param name="Binding">What it is bound to.</param>
internal sealed record UnderRoot(byte[] Wrapped, byte[] Binding)
{
    private const int Some = 8;

    /// <summary>A few of them, to try a root on: companies' keys, and the platform's own data keys.</summary>
    public static List<UnderRoot> FindSome(ReadSession session) =>
    [
        .. CompanyKeyTable.Some(session, Some).Select(row => new UnderRoot(row.Wrapped, Vault.Binding.OfCompanyKey(row.Company, row.Name, row.Custody))),
        .. KeyStore.Some(session, Some).Select(row => new UnderRoot(row.Wrapped, Vault.Binding.OfKey(row.Header, row.Scope))),
    ];
}
