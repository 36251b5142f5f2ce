using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>Forgets what is in memory of a company, at once: its data keys, its own key, and what other modules hold of its content.</summary>
internal sealed class Withholding(KeyRing ring, CompanyKeys companies) : IKeyWatch
{
    public event Action<CompanyId>? Forgotten;

    /// <summary>After it returns nothing of the company opens without asking the store, and its key service, anew.</summary>
    public void Forget(CompanyId company)
    {
        companies.Forget(company);
        ring.Forget(scope => scope.Company == company);
        Forgotten?.Invoke(company);
    }
}
