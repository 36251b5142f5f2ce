using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>
/// The one-time code that founds the company, by the set-up page or by a device that joins with it. It exists only
/// while there is no company; only its hash is stored.
/// </summary>
public interface IAdministratorCode
{
    /// <summary>
    /// Makes a fresh code and voids any older one; null once a company exists. The composition calls it once at start,
    /// after the store is open, and shows the code to whoever started the server.
    /// </summary>
    ValueTask<InvitationCode?> TakeAsync(CancellationToken ct);
}
