using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>Tests over one company's log: the module over a folder of its own, started before each and gone behind it.</summary>
public abstract class AuditTests : IAsyncLifetime
{
    private protected readonly TempFolder folder = new();
    private protected readonly CompanyId company = new(Guid.CreateVersion7());
    private protected AuditHost host = null!;

    /// <summary>A permit to read the company's log.</summary>
    private protected Permit permit = null!;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        permit = await host.PermitAsync(company);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
