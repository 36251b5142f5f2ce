using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>For modules that keep something readable of a company in memory.</summary>
public interface IKeyWatch
{
    /// <summary>
    /// The company's key was withheld or destroyed: what is in memory of its content must go, before the handler returns. It must be short and must not throw.
    /// </summary>
    event Action<CompanyId>? Forgotten;
}
